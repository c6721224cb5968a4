import { Injectable, Module } from '@nestjs/common';
import type { Actor, HostAuthentication } from 'image-monitoring-service';

/** Who works here; a real platform asks its directory. */
@Injectable()
export class People {
  private readonly byBadge = new Map([
    ['badge-of-rosa', { email: 'rosa@platform.example', team: 'security' }],
    ['badge-of-theo', { email: 'theo@platform.example', team: 'support' }],
  ]);

  find(badge: unknown): { email: string; team: string } | undefined {
    return typeof badge === 'string' ? this.byBadge.get(badge) : undefined;
  }
}

@Module({ providers: [People], exports: [People] })
export class PeopleModule {}

/** Tells the image monitoring service who asks: its audit log names rosa, since the platform knows rosa. */
@Injectable()
export class Reviewers implements HostAuthentication {
  readonly signInUrl = '/login';

  constructor(private readonly people: People) {}

  actorOf(request: { headers?: Record<string, unknown> }): Actor | null {
    const person = this.people.find(request.headers?.['x-badge']);
    if (person === undefined) return null;
    return { name: person.email, role: person.team === 'security' ? 'admin' : 'viewer', kind: 'host' };
  }
}
