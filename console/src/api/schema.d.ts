// Written by `npm run console:schema` from the service's own OpenAPI document.
export interface paths {
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I, and what may I do; 401 says where to sign in */
        get: operations["SessionController_session"];
        put?: never;
        /** Sign in: turns an API token into the cookie of a session */
        post: operations["SessionController_signIn"];
        /** Sign out: ends the session, wherever its cookie was copied to */
        delete: operations["SessionController_signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The audit log, newest first
         * @description With Accept: text/csv all entries that match, as a file; limit and cursor do not count then.
         */
        get: operations["AuditLogController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Jobs that failed for the last time, the newest first */
        get: operations["DeadLettersController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a job again, from its first try */
        post: operations["DeadLettersController_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changes, as it changes
         * @description Server-sent events that carry ids, not contents: `event` names what happened (`approval_request.opened`, `tag.approved`, `check.finished` …), `data` is `{"ids": […]}` with up to 100 ids of approval requests (`approval_request.*`) or images (all others), or `{"many": true, "count": n}`. It begins with `hello` `{event_id, server_time, build}`. With `Last-Event-ID` the changes since then follow, for 5 minutes; after that `resync` says: read everything anew. Some events may come twice, none is left out.
         */
        get: operations["EventsController_listen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List approval requests */
        get: operations["RequestListsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same requests by line, image or digest: how many are in each */
        get: operations["RequestListsController_groups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the same requests could be narrowed to, each counted without its own filter */
        get: operations["RequestListsController_facets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One approval request */
        get: operations["RequestListsController_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide up to 1,000 requests, or see what that would do */
        post: operations["ApprovalRequestsController_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve: the tag enters image_tags with the digest of the request */
        post: operations["ApprovalRequestsController_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reject, with a reason */
        post: operations["ApprovalRequestsController_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/approval-requests/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reopen: withdraws what the request approved, and reopens what it superseded
         * @description Of a re-push the digest approved before is in force again. 409 pending_exists where a newer request for the tag waits. A request whose tag was pushed again meanwhile is about the tag's present digest.
         */
        post: operations["ApprovalRequestsController_reopen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve a tag by hand, with the digest that Docker Hub has now */
        post: operations["ImageTagsController_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{id}/tags/{tagId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Recommend, deprecate or revoke an approved tag, or put it back in force */
        put: operations["ImageTagsController_change"];
        post?: never;
        /** Revoke an approved tag; its row stays */
        delete: operations["ImageTagsController_revoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/monitor/upcoming": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The checks that come next */
        get: operations["OverviewController_upcoming"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The checks of all images, newest first */
        get: operations["OverviewController_checks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{imageId}/filter-preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Which of the last 100 tags would open a request under a filter, and why not */
        post: operations["OverviewController_filterPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/monitor/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is it running, what is due, how much may still be asked */
        get: operations["MonitorController_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/monitor/trigger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check all monitored images now; does not wait */
        post: operations["MonitorController_trigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{imageId}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check one image now; waits up to 10 s for the outcome */
        post: operations["MonitorController_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{imageId}/checks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The checks of an image, newest first, of the last 30 days */
        get: operations["MonitorController_checks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{imageId}/checks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One check: finished, running or queued */
        get: operations["MonitorController_oneCheck"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{imageId}/observed-tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is on the registry, newest first, and where each tag stands */
        get: operations["ObservedTagsController_observedTags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{imageId}/size-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How large the tags of a line or variant are, newest first */
        get: operations["ObservedTagsController_sizeHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List images */
        get: operations["ImagesController_list"];
        put?: never;
        /** Add an image, or look it up on Docker Hub first */
        post: operations["NewImageController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many requests were opened and decided on each day */
        get: operations["StatsController_tags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stats/budget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much was asked of Docker Hub in each of the last minutes */
        get: operations["StatsController_minutes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/docker-registry/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Docker Hub's push webhook: the gate's verdict */
        post: operations["PushController_push"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** May this tag be deployed, and with which digest? */
        get: operations["GateController_judge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The categories and how many images each has */
        get: operations["ImagesController_categories"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One image with its approved tags */
        get: operations["ImagesController_one"];
        /** Change an image; what is left out stays */
        put: operations["ImagesController_update"];
        post?: never;
        /** Delete an image; one with a history needs ?force=true */
        delete: operations["ImagesController_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{imageId}/monitoring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Switch the watching of an image on or off */
        put: operations["ImagesController_monitoring"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        FieldErrorDocument: {
            /** @example watch_for_updates */
            field: string;
            /** @example must be a boolean value, got "yes" */
            message: string;
        };
        /** @description RFC 9457. Some codes bring members of their own, such as retry_after_seconds. */
        ProblemDocument: {
            /** @example about:blank */
            type: string;
            /** @example Bad Request */
            title: string;
            /** @example 400 */
            status: number;
            /**
             * @description Stable, for programs.
             * @example invalid_request
             */
            code: string;
            /** @description For people. */
            detail: string;
            errors?: components["schemas"]["FieldErrorDocument"][];
            /** @description Ties the answer to the log. */
            request_id?: string;
        };
        SessionView: {
            /** @example ci */
            actor: string;
            /** @enum {string} */
            role: "viewer" | "reviewer" | "admin";
            /**
             * @example [
             *       "read",
             *       "decide",
             *       "check"
             *     ]
             */
            can: string[];
            /**
             * @description local: open on this machine, nobody signs in.
             * @enum {string}
             */
            auth: "local" | "token" | "host";
            /** @example sign-in */
            sign_in_url: string | null;
            /** @example 0.1.0 */
            version: string;
            /** @example 5f2a90c1b3d4 */
            build: string;
        };
        SignInBody: {
            /**
             * @description An API token.
             * @example ims_…
             */
            token: string;
        };
        SignedOutView: {
            /** @example Signed out */
            message: string;
        };
        HealthView: {
            /** @example ok */
            status: string;
        };
        AuditEntryView: {
            /** @example 1042 */
            id: string;
            /** Format: date-time */
            occurred_at: string;
            /**
             * @description From authentication; image_monitor; cli:… for who typed a command.
             * @example ana
             */
            actor: string;
            /** @example approval_request.approved */
            action: string;
            /** @enum {string} */
            subject_type: "image" | "tag" | "approval_request" | "api_token";
            subject_id: number;
            image_id: number | null;
            image_name: string | null;
            tag_name: string | null;
            /**
             * @example {
             *       "status": "pending"
             *     }
             */
            from_state: {
                [key: string]: unknown;
            } | null;
            /**
             * @example {
             *       "status": "approved"
             *     }
             */
            to_state: {
                [key: string]: unknown;
            } | null;
            reason: string | null;
            /** Format: uuid */
            batch_id: string | null;
            /** @description X-Request-Id of the request that led to it. */
            http_request_id: string | null;
        };
        AuditEntryList: {
            audit_entries: components["schemas"]["AuditEntryView"][];
            total: number;
            /** @description false: there are more than 10,000. */
            total_is_exact?: boolean;
            next_cursor: string | null;
        };
        DeadLetterView: {
            /** Format: uuid */
            id: string;
            /** @example domain-events */
            queue: string;
            /**
             * Format: uuid
             * @description Of the job at first; for a domain event, its id.
             */
            job_id: string;
            data: {
                [key: string]: unknown;
            };
            error: string | null;
            /** @example 11 */
            tries: number;
            /** Format: date-time */
            stored_at: string;
            /** Format: date-time */
            failed_at: string;
        };
        DeadLettersView: {
            dead_letters: components["schemas"]["DeadLetterView"][];
            total: number;
            total_is_exact?: boolean;
            next_cursor: string | null;
        };
        ReplayView: {
            /** @example The job will be tried again */
            message: string;
        };
        ApprovedTagView: {
            /** @example 7.4.1-alpine */
            tag: string;
            digest: string | null;
            size_bytes: number | null;
            /**
             * @example [
             *       "linux/amd64"
             *     ]
             */
            platforms: string[];
            /** Format: date-time */
            pushed_at: string | null;
            /** Format: date-time */
            approved_at: string | null;
            approved_by: string | null;
        };
        WhyView: {
            /** @enum {string} */
            code: "repushed" | "new_in_line" | "nothing_approved" | "image_unknown";
            /**
             * @example {
             *       "line": "17",
             *       "bump": "patch",
             *       "approved_tag": "17.2.2"
             *     }
             */
            params: {
                [key: string]: unknown;
            };
        };
        PastDigestView: {
            digest: string | null;
            /** Format: date-time */
            replaced_at: string;
        };
        ApprovalRequestView: {
            /** @example 17 */
            id: number;
            /** @description null: the image is not known yet. */
            image_id: number | null;
            /** @example redis */
            image_name: string;
            /** @example docker.io */
            registry: string;
            /**
             * @description null: the question is about the image.
             * @example 7.5-alpine
             */
            tag_name: string | null;
            /** @enum {string} */
            status: "pending" | "approved" | "rejected" | "superseded";
            /** @example image_monitor */
            requested_by: string;
            /** Format: date-time */
            requested_at: string;
            reviewed_by: string | null;
            /** Format: date-time */
            reviewed_at: string | null;
            notes: string | null;
            rejection_reason: string | null;
            /** @description What an approval approves. */
            digest: string | null;
            /**
             * @description What it is compared within.
             * @example 7-alpine
             */
            line: string | null;
            /** @example -alpine */
            variant: string | null;
            /**
             * @description What it is to the newest approved tag of its line.
             * @enum {string|null}
             */
            bump: "major" | "minor" | "patch" | "rebuild" | "repush" | "other" | null;
            /** Format: date-time */
            pushed_at: string | null;
            size_bytes: number | null;
            size_change_bytes: number | null;
            /** @description Platforms of the approved tag that it lacks. */
            platforms_missing: string[];
            /** @description The request whose approval closed this one. */
            superseded_by: number | null;
            /** Format: uuid */
            batch_id: string | null;
            approved: components["schemas"]["ApprovedTagView"] | null;
            /** @description Other observed names of the digest. */
            aliases: string[];
            /** @description Pending requests of the image with this digest. */
            same_digest_count: number;
            /** @description Pending requests of the line with the same kind of change and a lower version; up to 1,000. */
            older_in_line: number;
            /** @example -12.4 */
            size_change_percent: number | null;
            platform_count: number | null;
            /** @description The tag's page at the registry. */
            url: string | null;
            why: components["schemas"]["WhyView"];
            digest_history: components["schemas"]["PastDigestView"][];
            /** @description The document to decide by: last_updated, digest, architectures, auto_detected, source and more. */
            metadata: {
                [key: string]: unknown;
            };
        };
        ApprovalRequestRowView: {
            /** @example 17 */
            id: number;
            /** @description null: the image is not known yet. */
            image_id: number | null;
            /** @example redis */
            image_name: string;
            /** @example docker.io */
            registry: string;
            /**
             * @description null: the question is about the image.
             * @example 7.5-alpine
             */
            tag_name: string | null;
            /** @enum {string} */
            status: "pending" | "approved" | "rejected" | "superseded";
            /** @example image_monitor */
            requested_by: string;
            /** Format: date-time */
            requested_at: string;
            reviewed_by: string | null;
            /** Format: date-time */
            reviewed_at: string | null;
            notes: string | null;
            rejection_reason: string | null;
            /** @description What an approval approves. */
            digest: string | null;
            /**
             * @description What it is compared within.
             * @example 7-alpine
             */
            line: string | null;
            /** @example -alpine */
            variant: string | null;
            /**
             * @description What it is to the newest approved tag of its line.
             * @enum {string|null}
             */
            bump: "major" | "minor" | "patch" | "rebuild" | "repush" | "other" | null;
            /** Format: date-time */
            pushed_at: string | null;
            size_bytes: number | null;
            size_change_bytes: number | null;
            /** @description Platforms of the approved tag that it lacks. */
            platforms_missing: string[];
            /** @description The request whose approval closed this one. */
            superseded_by: number | null;
            /** Format: uuid */
            batch_id: string | null;
            approved: components["schemas"]["ApprovedTagView"] | null;
            /** @description Other observed names of the digest. */
            aliases: string[];
            /** @description Pending requests of the image with this digest. */
            same_digest_count: number;
            /** @description Pending requests of the line with the same kind of change and a lower version; up to 1,000. */
            older_in_line: number;
            /** @example -12.4 */
            size_change_percent: number | null;
            platform_count: number | null;
            /** @description The tag's page at the registry. */
            url: string | null;
            why: components["schemas"]["WhyView"];
            digest_history: components["schemas"]["PastDigestView"][];
        };
        ApprovalRequestList: {
            /** @description With view=row without `metadata`. */
            approval_requests: (components["schemas"]["ApprovalRequestView"] | components["schemas"]["ApprovalRequestRowView"])[];
            total: number;
            /** @description false: there are more than 10,000. */
            total_is_exact?: boolean;
            next_cursor: string | null;
        };
        RequestGroupView: {
            /**
             * @description What ?group= takes.
             * @example line:17:7-alpine
             */
            key: string;
            image_id: number | null;
            /** @example redis */
            image_name: string;
            category: string | null;
            /** @example 7-alpine */
            line: string | null;
            /**
             * @description null: several.
             * @example -alpine
             */
            variant: string | null;
            digest: string | null;
            total: number;
            /**
             * @example {
             *       "major": 1,
             *       "minor": 0,
             *       "patch": 8,
             *       "rebuild": 0,
             *       "repush": 1,
             *       "other": 0
             *     }
             */
            by_bump: {
                [key: string]: number;
            };
            newest_request_id: number;
            /** Format: date-time */
            oldest_requested_at: string;
            approved: components["schemas"]["ApprovedTagView"] | null;
            /** @description All its requests, where `rows` asked for them: re-pushes first, then the highest version. */
            approval_requests?: components["schemas"]["ApprovalRequestRowView"][];
        };
        RequestGroupList: {
            groups: components["schemas"]["RequestGroupView"][];
            /** @description Groups, not requests. */
            total: number;
            /** @description false: there are more than 10,000. */
            total_is_exact?: boolean;
            next_cursor: string | null;
        };
        CategoryCount: {
            category: string | null;
            count: number;
        };
        ImageCount: {
            image_id: number | null;
            image_name: string;
            count: number;
        };
        PlatformCount: {
            /** @example linux/arm64 */
            platform: string;
            count: number;
        };
        FacetsView: {
            /** @description Requests that match the whole filter. */
            total: number;
            /** Format: date-time */
            oldest_requested_at: string | null;
            bump: {
                [key: string]: number;
            };
            category: components["schemas"]["CategoryCount"][];
            /** @description The 50 with most. */
            image: components["schemas"]["ImageCount"][];
            missing_platform: components["schemas"]["PlatformCount"][];
            /**
             * @example {
             *       "under_1d": 3,
             *       "1d_to_7d": 10,
             *       "7d_to_14d": 4,
             *       "over_14d": 1
             *     }
             */
            age: {
                [key: string]: number;
            };
        };
        FacetsAnswer: {
            facets: components["schemas"]["FacetsView"];
        };
        ApprovalRequestAnswer: {
            approval_request: components["schemas"]["ApprovalRequestView"];
        };
        BulkItem: {
            id: number;
            expected_digest?: string;
        };
        RequestFilterFields: {
            /** @description Several: status=approved&status=rejected. */
            status?: ("pending" | "approved" | "rejected" | "superseded")[];
            image_id?: number;
            /** @example grafana/grafana */
            image_name?: string;
            /** @example 7.5-alpine */
            tag?: string;
            /** @example image_monitor */
            source?: string;
            /**
             * Format: date-time
             * @description Requested at or after.
             */
            since?: string;
            /**
             * @description Up to 8 words, each a part of image:tag. Reads every request of the states asked for: give a status.
             * @example redis alpine
             */
            q?: string;
            /** @description Kinds of change; several. */
            bump?: ("major" | "minor" | "patch" | "rebuild" | "repush" | "other")[];
            /** @example 7-alpine */
            line?: string;
            /**
             * @description Empty: tags without a suffix.
             * @example -alpine
             */
            variant?: string;
            /** @example sha256:… */
            digest?: string;
            /**
             * @description Empty: images without one.
             * @example database
             */
            category?: string;
            /**
             * @description The key of a group.
             * @example line:17:7-alpine
             */
            group?: string;
            /**
             * @description Waiting for longer; takes an age such as 90m, 12h, 7d or 2w, or a time in ISO 8601 with its zone.
             * @example 14d
             */
            older_than?: string;
            /**
             * @description Asked since.
             * @example 7d
             */
            newer_than?: string;
            /**
             * @description The approved tag has this platform, and the one asked about lacks it; `any`: whichever.
             * @example linux/arm64
             */
            missing_platform?: string;
            /** @description Bytes more than the approved tag, at least. */
            size_change_min?: number;
            /** @example ana */
            decided_by?: string;
        };
        BulkBody: {
            /** @enum {string} */
            action: "approve" | "reject" | "reopen";
            ids?: components["schemas"]["BulkItem"][];
            /** @description Instead of ids: the filter of the list. 1,000 are decided per call, `remaining` says how many are left; the status is pending unless it says otherwise. */
            filter?: components["schemas"]["RequestFilterFields"];
            /**
             * Format: uuid
             * @description Reopen only: what that batch decided.
             */
            batch_id?: string;
            /**
             * @description newest_per_line (approve only): of each line the highest version within the approved major is approved, the lower ones are rejected with rejection_reason; majors and re-pushes are left out.
             * @default each
             * @enum {string}
             */
            mode: "each" | "newest_per_line";
            /**
             * @description Answers what would happen, and does nothing.
             * @default false
             */
            dry_run: boolean;
            /** @description From the dry run; 409 preview_changed when it would come out differently by now. */
            preview_token?: string;
            /** @description Dry run only: the cursor of the answer before, for its next results. */
            cursor?: string;
            notes?: string;
            /** @description Needed to reject; one reason for all. */
            rejection_reason?: string;
            /** @default false */
            include_aliases: boolean;
            /** @default true */
            supersede: boolean;
        };
        BulkResultView: {
            id: number;
            /** @enum {string} */
            outcome: "approved" | "rejected" | "reopened" | "refused";
            /** @description Why it was refused; stable, for programs. */
            code: string | null;
            detail: string | null;
            /** @description Dry run only, as is what follows. */
            image_name?: string;
            tag_name?: string | null;
            platforms_missing?: string[];
        };
        BulkWarningsView: {
            /** @description Approved tags that were pushed again. */
            repushed: number;
            /** @description Lack a platform that the approved tag has. */
            missing_platform: number;
        };
        BulkAnswer: {
            /** @enum {string} */
            action?: "approve" | "reject" | "reopen";
            /**
             * Format: uuid
             * @description Names the batch in the audit log.
             */
            batch_id?: string;
            /** @description Send it with the same order to carry out just that. Of an order of more than 1,000 requests each answer brings the one for the next call. */
            preview_token?: string;
            total: number;
            /**
             * @example {
             *       "approved": 31,
             *       "refused": 2
             *     }
             */
            counts: {
                [key: string]: number;
            };
            /** @description Requests that the order means but this call did not get to. */
            remaining: number;
            results: components["schemas"]["BulkResultView"][];
            /** @description Reopening only: a rollout of what one of them had approved was asked for already. */
            rollout_started?: boolean;
            /** @description Dry run only. */
            warnings?: components["schemas"]["BulkWarningsView"];
            /** @description Dry run only: send it along for the results that follow. */
            cursor?: string | null;
        };
        ApproveBody: {
            notes?: string;
            /** @description The digest that was looked at; another one by now is a 409. */
            expected_digest?: string;
            /**
             * @description Approves the other observed names of the same digest, too.
             * @default false
             */
            include_aliases: boolean;
            /**
             * @description false: pending requests for lower patches stay.
             * @default true
             */
            supersede: boolean;
        };
        DecisionAnswer: {
            approval_request: components["schemas"]["ApprovalRequestView"];
            /** @example Approval request approved successfully */
            message: string;
            /** @description Requests that it closed, or opened again, with it. */
            superseded: number[];
            /** @description Other names of the digest that were approved with it. */
            aliases: string[];
        };
        RejectBody: {
            /** @example We stay on 7.4 until the memory leak is fixed. */
            rejection_reason: string;
        };
        ReopenBody: {
            /** @description Why; kept in the audit log. */
            reason?: string;
        };
        ReopenAnswer: {
            approval_request: components["schemas"]["ApprovalRequestView"];
            /** @example Approval request approved successfully */
            message: string;
            /** @description Requests that it closed, or opened again, with it. */
            superseded: number[];
            /** @description Other names of the digest that were approved with it. */
            aliases: string[];
            /** @description A rollout of what it had approved was asked for already. */
            rollout_started: boolean;
        };
        ApproveTagBody: {
            /** @example 7.5-alpine */
            tag: string;
            /** @description The digest that was looked at; another one on Docker Hub by now is a 409. */
            digest?: string;
            notes?: string;
            /**
             * @description Moves the mark to it: at most one tag of an image has it.
             * @default false
             */
            is_recommended: boolean;
            /**
             * @description false: pending requests for lower patches stay.
             * @default true
             */
            supersede: boolean;
        };
        ImageTagView: {
            id: number;
            image_id: number;
            /** @example 7.5-alpine */
            tag: string;
            /** @description The approved content. */
            digest: string | null;
            size_bytes: number | null;
            /**
             * @example [
             *       "amd64",
             *       "arm64"
             *     ]
             */
            architectures: string[];
            /**
             * @example [
             *       "linux/amd64",
             *       "linux/arm64/v8"
             *     ]
             */
            platforms: string[];
            /** Format: date-time */
            pushed_at: string | null;
            /** @enum {string} */
            status: "approved" | "revoked";
            /** @description At most one of an image. */
            is_recommended: boolean;
            /** @description A deprecated tag does not pass the gate. */
            is_deprecated: boolean;
            approved_by: string | null;
            /** Format: date-time */
            approved_at: string | null;
            /** @description The request whose approval it was; null: by hand. */
            approval_request_id: number | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        TagApprovedAnswer: {
            /** @example Tag updated successfully */
            message: string;
            tag: components["schemas"]["ImageTagView"];
            /** @description The pending request that it closed; null: none. */
            approval_request_id: number | null;
            /** @description Pending requests for lower patches that it superseded. */
            superseded: number[];
        };
        ChangeTagBody: {
            /** @description Moves the mark to it: at most one tag of an image has it. */
            is_recommended?: boolean;
            /** @description A deprecated tag does not pass the gate. */
            is_deprecated?: boolean;
            /** @enum {string} */
            status?: "approved" | "revoked";
            /**
             * @description false: pending requests for lower patches stay.
             * @default true
             */
            supersede: boolean;
        };
        ImageTagAnswer: {
            /** @example Tag updated successfully */
            message: string;
            tag: components["schemas"]["ImageTagView"];
        };
        UpcomingCheckView: {
            image_id: number;
            /** @example redis */
            image_name: string;
            /** Format: date-time */
            next_check_at: string;
            /** @enum {string} */
            reason: "manual" | "hint" | "due";
            /** Format: date-time */
            last_checked_at: string | null;
        };
        UpcomingList: {
            upcoming: components["schemas"]["UpcomingCheckView"][];
        };
        CheckOfImageView: {
            /** @example 42 */
            id: string;
            /** @enum {string} */
            outcome: "unchanged" | "changed" | "failed" | "postponed" | "running" | "queued";
            tags_seen: number;
            new_tags: number;
            requests_created: number;
            /** @description Why it failed or has to wait. */
            error: string | null;
            /**
             * Format: date-time
             * @description When it is tried again.
             */
            retry_at: string | null;
            /**
             * Format: date-time
             * @description Queued: when there is budget for it.
             */
            starts_at?: string;
            image_id: number;
            /** @enum {string|null} */
            reason: "manual" | "hint" | "due" | null;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            finished_at: string | null;
            pages_read: number;
            repushed_tags: number;
            /** @description Docker Hub refused to list further down. */
            is_truncated: boolean;
            error_kind: string | null;
            /** @example redis */
            image_name: string;
        };
        AllChecksList: {
            checks: components["schemas"]["CheckOfImageView"][];
            next_cursor: string | null;
        };
        FilterPreviewBody: {
            /**
             * @example [
             *       "^7\\."
             *     ]
             */
            tag_include?: string[];
            /**
             * @example [
             *       "-rc"
             *     ]
             */
            tag_exclude?: string[];
            /**
             * @example [
             *       "linux/arm64"
             *     ]
             */
            platforms?: string[];
        };
        FilteredTagView: {
            /** @example 7.5-alpine */
            tag: string;
            last_updated: string | null;
            /** @description As a new tag it would open a request (request_policy apart). */
            would_open: boolean;
            /** @enum {string|null} */
            reason: "not_included" | "excluded" | "missing_platform" | null;
            platforms_missing: string[];
        };
        FilterPreviewAnswer: {
            /** @description Of those tags. */
            would_open: number;
            /** @description The last 100, newest first. */
            tags: components["schemas"]["FilteredTagView"][];
        };
        CycleView: {
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            finished_at: string | null;
            /** @description Namespaces probed. */
            probed: number;
            /** @description Images that a probe vouched for. */
            unmoved: number;
            /** @description Images checked themselves. */
            checked: number;
            changed: number;
            failed: number;
            requests_created: number;
        };
        BudgetView: {
            /**
             * @description Requests a minute.
             * @example 180
             */
            limit: number;
            /**
             * @description Requests that may leave now.
             * @example 15
             */
            remaining: number;
            /**
             * Format: date-time
             * @description When the budget is full again.
             */
            resets_at: string;
            /**
             * Format: date-time
             * @description Docker Hub asked to wait until then.
             */
            paused_until: string | null;
            /**
             * @description open: Docker Hub failed ten times in a row.
             * @enum {string}
             */
            breaker: "closed" | "open";
            /** @description Due images that wait for budget or a free slot. */
            waiting: number;
            /**
             * @description Requests wanted a minute ÷ limit; above 1 images wait longer.
             * @example 0.05
             */
            demand: number;
        };
        BackFillsView: {
            /** @description Images whose old tags are being read. */
            running: number;
            /** @description Images whose old tags cannot be listed without a Docker account. */
            truncated: number;
        };
        ReplicaView: {
            /**
             * @description Host and process.
             * @example image-monitoring-0:17
             */
            name: string;
            /** Format: date-time */
            started_at: string;
            /**
             * Format: date-time
             * @description It tells once a minute.
             */
            last_beat_at: string;
            /** @description The one that answers. */
            is_this: boolean;
        };
        MonitorStatusView: {
            /** @example true */
            running: boolean;
            /**
             * Format: date-time
             * @description Since when it runs, on the replica that answers; null: it does not.
             */
            started_at: string | null;
            /** @example 60 */
            checkIntervalMinutes: number;
            /**
             * @description Milliseconds until the next image is due; 0: one is overdue; null: none is watched.
             * @example 3600000
             */
            nextCheckIn: number | null;
            /** @example 9 */
            images_watched: number;
            images_due: number;
            checks_in_flight: number;
            last_cycle: components["schemas"]["CycleView"] | null;
            budget: components["schemas"]["BudgetView"];
            /** @description Watched images whose last check failed. */
            failing_images: number;
            /**
             * @description Those by the kind of their last failure.
             * @example {
             *       "not_found": 2
             *     }
             */
            errors_by_cause: {
                [key: string]: number;
            };
            backfills: components["schemas"]["BackFillsView"];
            /**
             * @description The Docker account, where one is configured.
             * @enum {string}
             */
            credentials: "none" | "ok" | "rejected";
            /** @description All that run and were heard of in the last 3 minutes. */
            replicas: components["schemas"]["ReplicaView"][];
        };
        TriggerAnswer: {
            /** @example Manual check triggered successfully */
            message: string;
            /**
             * @description Images that were queued.
             * @example 9
             */
            images_checked: number;
        };
        CheckSummary: {
            /** @example 42 */
            id: string;
            /** @enum {string} */
            outcome: "unchanged" | "changed" | "failed" | "postponed" | "running" | "queued";
            tags_seen: number;
            new_tags: number;
            requests_created: number;
            /** @description Why it failed or has to wait. */
            error: string | null;
            /**
             * Format: date-time
             * @description When it is tried again.
             */
            retry_at: string | null;
            /**
             * Format: date-time
             * @description Queued: when there is budget for it.
             */
            starts_at?: string;
        };
        CheckAnswer: {
            /** @example Image check triggered successfully */
            message: string;
            /** @example redis */
            image_name: string;
            check: components["schemas"]["CheckSummary"];
        };
        CheckView: {
            /** @example 42 */
            id: string;
            /** @enum {string} */
            outcome: "unchanged" | "changed" | "failed" | "postponed" | "running" | "queued";
            tags_seen: number;
            new_tags: number;
            requests_created: number;
            /** @description Why it failed or has to wait. */
            error: string | null;
            /**
             * Format: date-time
             * @description When it is tried again.
             */
            retry_at: string | null;
            /**
             * Format: date-time
             * @description Queued: when there is budget for it.
             */
            starts_at?: string;
            image_id: number;
            /** @enum {string|null} */
            reason: "manual" | "hint" | "due" | null;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            finished_at: string | null;
            pages_read: number;
            repushed_tags: number;
            /** @description Docker Hub refused to list further down. */
            is_truncated: boolean;
            error_kind: string | null;
        };
        CheckList: {
            checks: components["schemas"]["CheckView"][];
            total: number;
            total_is_exact?: boolean;
            next_cursor: string | null;
        };
        OneCheckAnswer: {
            check: components["schemas"]["CheckView"];
        };
        ObservedTagView: {
            /** @example 7.5-alpine */
            tag: string;
            /** @enum {string} */
            state: "approved" | "pending" | "rejected" | "superseded" | "seen" | "held";
            /**
             * @description What a request for it is compared within.
             * @example 7-alpine
             */
            line: string;
            /**
             * @description Its suffix.
             * @example -alpine
             */
            variant: string;
            digest: string | null;
            /** @description Other observed names of the digest; at most 100. */
            same_as: string[];
            /** @description As Docker Hub sent it. */
            last_updated: string | null;
            size_bytes: number | null;
            platforms: string[];
            /** @description The newest request for it. */
            request_id: number | null;
            /** Format: date-time */
            first_seen_at: string;
            /** Format: date-time */
            last_seen_at: string;
        };
        ObservedTagList: {
            observed_tags: components["schemas"]["ObservedTagView"][];
            total: number;
            total_is_exact?: boolean;
            next_cursor: string | null;
            /**
             * @description How much of the tags that were there before the first check has been read.
             * @enum {string}
             */
            inventory: "unread" | "partial" | "complete" | "truncated";
        };
        TagSizeView: {
            /** @example 7.5-alpine */
            tag: string;
            digest: string | null;
            /** @description As Docker Hub sent it. */
            pushed_at: string | null;
            /** @description With platform: of that one, where a request for this content tells it. */
            size_bytes: number | null;
            /** @enum {string} */
            state: "approved" | "pending" | "rejected" | "superseded" | "seen" | "held";
        };
        SizeHistoryAnswer: {
            size_history: components["schemas"]["TagSizeView"][];
        };
        CreateImageBody: {
            description?: string | null;
            /** @example database */
            category?: string | null;
            /**
             * @description approved: watched from now on, unless watch_for_updates is false. Otherwise: no longer watched.
             * @enum {string}
             */
            approval_status?: "pending" | "approved" | "rejected";
            /** @description Only approved images can be monitored. */
            watch_for_updates?: boolean;
            /** @description null: the service's CHECK_INTERVAL_MINUTES. */
            check_interval_minutes?: number | null;
            /**
             * @description Which new tags open a request; null: the service's REQUEST_POLICY.
             * @enum {string|null}
             */
            request_policy?: "most_recent" | "all" | null;
            /** @description true: the first check records what is there and opens nothing. */
            baseline?: boolean;
            /**
             * @description RE2 patterns; a tag must match one.
             * @example [
             *       "^7\\."
             *     ]
             */
            tag_include?: string[];
            /**
             * @description RE2 patterns; a tag that matches one is out.
             * @example [
             *       "-rc"
             *     ]
             */
            tag_exclude?: string[];
            /**
             * @description A tag must have all.
             * @example [
             *       "linux/amd64",
             *       "linux/arm64"
             *     ]
             */
            platforms?: string[];
            /** @description false: an approved push of an approved tag asks for no rollout. */
            auto_rollout?: boolean;
            /**
             * @description A Docker reference without a tag: redis, library/redis, docker.io/grafana/grafana.
             * @example grafana/grafana
             */
            image_name: string;
        };
        ParsedImageNameView: {
            /** @example docker.io */
            registry: string;
            /** @example library */
            namespace: string;
            /** @example redis */
            image_name: string;
        };
        ImagePreviewAnswer: {
            parsed: components["schemas"]["ParsedImageNameView"];
            /** @description The image that is there already. */
            image_id: number | null;
            /** @description false: Docker Hub has no such repository, or it is private. */
            found: boolean;
            /** @description Docker's own: in the namespace library. */
            official: boolean;
            /** @description As Docker Hub has it. */
            description: string | null;
            tag_count: number | null;
        };
        NewestApprovedView: {
            /** @example 7.4.1-alpine */
            tag: string;
            digest: string | null;
            /** Format: date-time */
            approved_at: string | null;
        };
        ImageView: {
            /** @example 1 */
            id: number;
            /** @example docker.io */
            registry: string;
            /** @example library */
            namespace: string;
            /** @example redis */
            image_name: string;
            description: string | null;
            /** @example database */
            category: string | null;
            /** @description Docker's own: in the namespace library. */
            is_official: boolean;
            /** @enum {string} */
            approval_status: "pending" | "approved" | "rejected";
            approved_by: string | null;
            /** Format: date-time */
            approved_at: string | null;
            watch_for_updates: boolean;
            /**
             * Format: date-time
             * @description The last complete check; a failed one does not move it.
             */
            last_checked_at: string | null;
            /** Format: date-time */
            next_check_at: string;
            /** @description null: the service's CHECK_INTERVAL_MINUTES. */
            check_interval_minutes: number | null;
            /**
             * @description null: the service's REQUEST_POLICY.
             * @enum {string|null}
             */
            request_policy: "most_recent" | "all" | null;
            baseline: boolean;
            auto_rollout: boolean;
            tag_include: string[];
            tag_exclude: string[];
            platforms: string[];
            /**
             * @description How much of the tags that were there before the first check has been read.
             * @enum {string}
             */
            inventory_state: "unread" | "partial" | "complete" | "truncated";
            /** @description Why the last check failed; null: it did not. */
            last_error: string | null;
            /** Format: date-time */
            last_error_at: string | null;
            consecutive_failures: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Pending requests; 10001 means more than 10,000. */
            pending_count: number;
            /** @description Tags seen on the registry; 10001 means more than 10,000. */
            tags_observed: number;
            approved_newest: components["schemas"]["NewestApprovedView"] | null;
        };
        ImageWrittenAnswer: {
            /** @example Image created successfully */
            message: string;
            image: components["schemas"]["ImageView"];
        };
        TagDayView: {
            /**
             * Format: date
             * @description In UTC.
             * @example 2026-02-28
             */
            day: string;
            /** @description Requests opened. */
            opened: number;
            /** @description Approvals; one given twice counts twice. */
            approved: number;
            rejected: number;
            /** @description Re-pushes of approved tags that opened a request, and of waiting tags. */
            repushed: number;
        };
        TagStatsAnswer: {
            days: components["schemas"]["TagDayView"][];
        };
        BudgetMinuteView: {
            /** Format: date-time */
            minute: string;
            /** @description Requests paid since the minute before that is shown; null: none was kept. */
            used: number | null;
            /** @description Requests a minute that might leave. */
            limit: number;
            /** @description Due images that waited. */
            waiting: number;
            /** @description Docker Hub had asked to wait, or was failing. */
            paused: boolean;
        };
        BudgetStatsAnswer: {
            minutes: components["schemas"]["BudgetMinuteView"][];
        };
        PushAnswer: {
            /** @enum {string} */
            verdict: "allowed";
            /** @enum {string} */
            reason: "approved" | "internal_namespace";
            /** @example redis */
            image_name: string;
            /** @example 7.5-alpine */
            tag: string | null;
            digest: string | null;
            /** @enum {string} */
            rollout: "requested" | "already_requested" | "off" | "none";
        };
        GateAnswer: {
            /** @enum {string} */
            verdict: "allowed" | "refused" | "undecided";
            /** @enum {string} */
            reason: "internal_namespace" | "approved" | "image_unknown" | "image_pending" | "image_rejected" | "tag_not_approved" | "tag_revoked" | "tag_deprecated" | "digest_changed" | "digest_unknown" | "registry_unavailable";
            /** @description For people. */
            detail: string;
            /** @description What would let it pass. */
            action_required: string | null;
            /** @example redis */
            image_name: string;
            /** @example 7.5-alpine */
            tag: string;
            /** @description The digest that was judged. */
            digest: string | null;
            /** @description Only this digest may be deployed. */
            approved_digest: string | null;
        };
        ImageList: {
            images: components["schemas"]["ImageView"][];
            total: number;
            /** @description false: there are more than 10,000. */
            total_is_exact?: boolean;
            next_cursor: string | null;
        };
        CategoryView: {
            /** @description null: images without a category. */
            category: string | null;
            images: number;
            watched: number;
        };
        CategoryList: {
            categories: components["schemas"]["CategoryView"][];
        };
        ImageWithTagsView: {
            /** @example 1 */
            id: number;
            /** @example docker.io */
            registry: string;
            /** @example library */
            namespace: string;
            /** @example redis */
            image_name: string;
            description: string | null;
            /** @example database */
            category: string | null;
            /** @description Docker's own: in the namespace library. */
            is_official: boolean;
            /** @enum {string} */
            approval_status: "pending" | "approved" | "rejected";
            approved_by: string | null;
            /** Format: date-time */
            approved_at: string | null;
            watch_for_updates: boolean;
            /**
             * Format: date-time
             * @description The last complete check; a failed one does not move it.
             */
            last_checked_at: string | null;
            /** Format: date-time */
            next_check_at: string;
            /** @description null: the service's CHECK_INTERVAL_MINUTES. */
            check_interval_minutes: number | null;
            /**
             * @description null: the service's REQUEST_POLICY.
             * @enum {string|null}
             */
            request_policy: "most_recent" | "all" | null;
            baseline: boolean;
            auto_rollout: boolean;
            tag_include: string[];
            tag_exclude: string[];
            platforms: string[];
            /**
             * @description How much of the tags that were there before the first check has been read.
             * @enum {string}
             */
            inventory_state: "unread" | "partial" | "complete" | "truncated";
            /** @description Why the last check failed; null: it did not. */
            last_error: string | null;
            /** Format: date-time */
            last_error_at: string | null;
            consecutive_failures: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Pending requests; 10001 means more than 10,000. */
            pending_count: number;
            /** @description Tags seen on the registry; 10001 means more than 10,000. */
            tags_observed: number;
            approved_newest: components["schemas"]["NewestApprovedView"] | null;
            /** @description Approved last first; at most 1,000. */
            tags: components["schemas"]["ImageTagView"][];
            /** @description All of them; more than in `tags`: the oldest were left out. */
            tags_total: number;
        };
        OneImageAnswer: {
            image: components["schemas"]["ImageWithTagsView"];
        };
        UpdateImageBody: {
            description?: string | null;
            /** @example database */
            category?: string | null;
            /**
             * @description approved: watched from now on, unless watch_for_updates is false. Otherwise: no longer watched.
             * @enum {string}
             */
            approval_status?: "pending" | "approved" | "rejected";
            /** @description Only approved images can be monitored. */
            watch_for_updates?: boolean;
            /** @description null: the service's CHECK_INTERVAL_MINUTES. */
            check_interval_minutes?: number | null;
            /**
             * @description Which new tags open a request; null: the service's REQUEST_POLICY.
             * @enum {string|null}
             */
            request_policy?: "most_recent" | "all" | null;
            /** @description true: the first check records what is there and opens nothing. */
            baseline?: boolean;
            /**
             * @description RE2 patterns; a tag must match one.
             * @example [
             *       "^7\\."
             *     ]
             */
            tag_include?: string[];
            /**
             * @description RE2 patterns; a tag that matches one is out.
             * @example [
             *       "-rc"
             *     ]
             */
            tag_exclude?: string[];
            /**
             * @description A tag must have all.
             * @example [
             *       "linux/amd64",
             *       "linux/arm64"
             *     ]
             */
            platforms?: string[];
            /** @description false: an approved push of an approved tag asks for no rollout. */
            auto_rollout?: boolean;
        };
        ImageDeletedAnswer: {
            /** @example Image deleted successfully */
            message: string;
        };
        MonitoringBody: {
            watch_for_updates: boolean;
        };
        MonitoredImageView: {
            /** @example 1 */
            id: number;
            /** @example redis */
            image_name: string;
            /** @example true */
            watch_for_updates: boolean;
            /** Format: date-time */
            last_checked_at: string | null;
            /**
             * Format: date-time
             * @example 2025-10-17T18:00:00.000Z
             */
            next_check_at: string;
        };
        MonitoringAnswer: {
            /** @enum {string} */
            message: "Monitoring enabled successfully" | "Monitoring disabled successfully";
            image: components["schemas"]["MonitoredImageView"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    SessionController_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    SessionController_signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    SessionController_signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedOutView"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    AuditLogController_list: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
                actor?: string;
                action?: string;
                subject_type?: "image" | "tag" | "approval_request" | "api_token";
                subject_id?: number;
                /** @description Everything about an image and its tags. */
                image_id?: number;
                /** @description Everything about an approval request. */
                request_id?: number;
                /** @description A bulk decision. */
                batch_id?: string;
                /** @description At or after. */
                since?: string;
                /** @description Before. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntryList"];
                    "text/csv": string;
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    DeadLettersController_list: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLettersView"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    DeadLettersController_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayView"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    EventsController_listen: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that was read. */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    RequestListsController_list: {
        parameters: {
            query?: {
                /** @description Several: status=approved&status=rejected. */
                status?: ("pending" | "approved" | "rejected" | "superseded")[];
                image_id?: number;
                image_name?: string;
                tag?: string;
                source?: string;
                /** @description Requested at or after. */
                since?: string;
                /** @description Up to 8 words, each a part of image:tag. Reads every request of the states asked for: give a status. */
                q?: string;
                /** @description Kinds of change; several. */
                bump?: ("major" | "minor" | "patch" | "rebuild" | "repush" | "other")[];
                line?: string;
                /** @description Empty: tags without a suffix. */
                variant?: string;
                digest?: string;
                /** @description Empty: images without one. */
                category?: string;
                /** @description The key of a group. */
                group?: string;
                /** @description Waiting for longer; takes an age such as 90m, 12h, 7d or 2w, or a time in ISO 8601 with its zone. */
                older_than?: string;
                /** @description Asked since. */
                newer_than?: string;
                /** @description The approved tag has this platform, and the one asked about lacks it; `any`: whichever. */
                missing_platform?: string;
                /** @description Bytes more than the approved tag, at least. */
                size_change_min?: number;
                decided_by?: string;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
                limit?: number;
                /** @description The keys of several groups, whose requests come in one answer. */
                groups?: string[];
                /** @description group: lines together, by image; in each the re-pushes first, then the highest version. GET …/groups has the lines in the order of an inbox: those with a re-push first, then the one asked about last. */
                sort?: "newest" | "oldest" | "group" | "growth";
                /** @description row: without the document. */
                view?: "full" | "row";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalRequestList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    RequestListsController_groups: {
        parameters: {
            query?: {
                /** @description Several: status=approved&status=rejected. */
                status?: ("pending" | "approved" | "rejected" | "superseded")[];
                image_id?: number;
                image_name?: string;
                tag?: string;
                source?: string;
                /** @description Requested at or after. */
                since?: string;
                /** @description Up to 8 words, each a part of image:tag. Reads every request of the states asked for: give a status. */
                q?: string;
                /** @description Kinds of change; several. */
                bump?: ("major" | "minor" | "patch" | "rebuild" | "repush" | "other")[];
                line?: string;
                /** @description Empty: tags without a suffix. */
                variant?: string;
                digest?: string;
                /** @description Empty: images without one. */
                category?: string;
                /** @description The key of a group. */
                group?: string;
                /** @description Waiting for longer; takes an age such as 90m, 12h, 7d or 2w, or a time in ISO 8601 with its zone. */
                older_than?: string;
                /** @description Asked since. */
                newer_than?: string;
                /** @description The approved tag has this platform, and the one asked about lacks it; `any`: whichever. */
                missing_platform?: string;
                /** @description Bytes more than the approved tag, at least. */
                size_change_min?: number;
                decided_by?: string;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
                limit?: number;
                by?: "line" | "image" | "digest";
                /** @description The first groups bring their requests along, in the same answer: as many whole groups as have so many requests together. */
                rows?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestGroupList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    RequestListsController_facets: {
        parameters: {
            query?: {
                /** @description Several: status=approved&status=rejected. */
                status?: ("pending" | "approved" | "rejected" | "superseded")[];
                image_id?: number;
                image_name?: string;
                tag?: string;
                source?: string;
                /** @description Requested at or after. */
                since?: string;
                /** @description Up to 8 words, each a part of image:tag. Reads every request of the states asked for: give a status. */
                q?: string;
                /** @description Kinds of change; several. */
                bump?: ("major" | "minor" | "patch" | "rebuild" | "repush" | "other")[];
                line?: string;
                /** @description Empty: tags without a suffix. */
                variant?: string;
                digest?: string;
                /** @description Empty: images without one. */
                category?: string;
                /** @description The key of a group. */
                group?: string;
                /** @description Waiting for longer; takes an age such as 90m, 12h, 7d or 2w, or a time in ISO 8601 with its zone. */
                older_than?: string;
                /** @description Asked since. */
                newer_than?: string;
                /** @description The approved tag has this platform, and the one asked about lacks it; `any`: whichever. */
                missing_platform?: string;
                /** @description Bytes more than the approved tag, at least. */
                size_change_min?: number;
                decided_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacetsAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    RequestListsController_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalRequestAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ApprovalRequestsController_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ApprovalRequestsController_approve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApproveBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ApprovalRequestsController_reject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RejectBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ApprovalRequestsController_reopen: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReopenBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReopenAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImageTagsController_approve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApproveTagBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagApprovedAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImageTagsController_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                tagId: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeTagBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageTagAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImageTagsController_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                tagId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageTagAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    OverviewController_upcoming: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpcomingList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    OverviewController_checks: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
                /** @description Several: outcome=failed&outcome=postponed. */
                outcome?: ("unchanged" | "changed" | "failed" | "postponed")[];
                /** @description Finished at or after. */
                since?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllChecksList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    OverviewController_filterPreview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                imageId: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FilterPreviewBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilterPreviewAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    MonitorController_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MonitorStatusView"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    MonitorController_trigger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    MonitorController_check: {
        parameters: {
            query?: never;
            header?: {
                /** @description respond-async: do not wait. */
                Prefer?: string;
            };
            path: {
                imageId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckAnswer"];
                };
            };
            /** @description Not finished yet; Location names the check. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    MonitorController_checks: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
            };
            header?: never;
            path: {
                imageId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    MonitorController_oneCheck: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                imageId: number;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneCheckAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ObservedTagsController_observedTags: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
                /** @description Several: state=seen&state=held. */
                state?: ("approved" | "pending" | "rejected" | "superseded" | "seen" | "held")[];
                line?: string;
                /** @description Empty: tags without a suffix. */
                variant?: string;
                /** @description The tag whose newest request this is. */
                request_id?: number;
                /** @description The names of the digest that this tag has. */
                same_as?: string;
                digest?: string;
            };
            header?: never;
            path: {
                imageId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ObservedTagList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ObservedTagsController_sizeHistory: {
        parameters: {
            query?: {
                line?: string;
                /** @description Empty: tags without a suffix. */
                variant?: string;
                /** @description Tags that have it, with its size. */
                platform?: string;
                limit?: number;
            };
            header?: never;
            path: {
                imageId: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SizeHistoryAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImagesController_list: {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the page before; opaque. */
                cursor?: string;
                /** @description Several: status=pending&status=rejected. */
                status?: ("pending" | "approved" | "rejected")[];
                /** @description Empty: images without a category. */
                category?: string;
                /** @description A part of the name; upper and lower case are the same. */
                search?: string;
                watch_for_updates?: boolean;
                /** @description true: those whose last check failed. */
                failing?: boolean;
                /** @description Those whose last check failed like this: a key of the status's errors_by_cause. */
                error_kind?: string;
                /** @description newest: added last. last_check: checked last, those never checked at the end. next_check: next in turn, those not watched at the end. */
                sort?: "name" | "id" | "newest" | "last_check" | "next_check";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    NewImageController_create: {
        parameters: {
            query?: {
                /** @description Adds nothing: says how the name is read and what Docker Hub knows of it. */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateImageBody"];
            };
        };
        responses: {
            /** @description With dry_run: nothing was added. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImagePreviewAnswer"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageWrittenAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    StatsController_tags: {
        parameters: {
            query?: {
                days?: number;
                image_id?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagStatsAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    StatsController_minutes: {
        parameters: {
            query?: {
                minutes?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetStatsAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    PushController_push: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    GateController_judge: {
        parameters: {
            query: {
                image: string;
                tag: string;
                /** @description Judges this digest, and asks nobody. */
                digest?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GateAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImagesController_categories: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CategoryList"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImagesController_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneImageAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImagesController_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateImageBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageWrittenAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImagesController_remove: {
        parameters: {
            query?: {
                /** @description Deletes its tags, requests and checks with it. */
                force?: boolean;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageDeletedAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    ImagesController_monitoring: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                imageId: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MonitoringBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MonitoringAnswer"];
                };
            };
            /** @description The request is not valid; `errors` names each bad field. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Nobody knows who asks. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The caller may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description It does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Its state does not allow it; `code` says why. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is larger than 1 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description Too many requests; `Retry-After` says when. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description The database or Docker Hub cannot be reached just now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
}
