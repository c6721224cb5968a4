import { applyDecorators, type INestApplication } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  ApiSchema,
  DocumentBuilder,
  getSchemaPath,
  SwaggerModule,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { PROBLEM_JSON } from './problem.js';

/** One bad field, as the document describes it. */
class FieldErrorDocument {
  @ApiProperty({ example: 'watch_for_updates' })
  field!: string;

  @ApiProperty({ example: 'must be a boolean value, got "yes"' })
  message!: string;
}

/**
 * A problem (RFC 9457), as the document describes it; the answers themselves are made in `problem.ts`. Some have members
 * beside these that go with their code, as RFC 9457 has it.
 */
@ApiSchema({ description: 'RFC 9457. Some codes bring members of their own, such as retry_after_seconds.' })
export class ProblemDocument {
  @ApiProperty({ example: 'about:blank' })
  type!: string;

  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({ description: 'Stable, for programs.', example: 'invalid_request' })
  code!: string;

  @ApiProperty({ description: 'For people.' })
  detail!: string;

  @ApiPropertyOptional({ type: [FieldErrorDocument] })
  errors?: FieldErrorDocument[];

  @ApiPropertyOptional({ description: 'Ties the answer to the log.' })
  request_id?: string;
}

const MEANING = {
  400: 'The request is not valid; `errors` names each bad field.',
  401: 'Nobody knows who asks.',
  403: 'The caller may not do this.',
  404: 'It does not exist.',
  409: 'Its state does not allow it; `code` says why.',
  413: 'The body is larger than 1 MB.',
  415: 'The body is not JSON.',
  429: 'Too many requests; `Retry-After` says when.',
  503: 'The database or Docker Hub cannot be reached just now.',
} as const;

/** Documents the problems a route answers with. */
export function ApiProblems(
  ...statuses: readonly (keyof typeof MEANING)[]
): MethodDecorator & ClassDecorator {
  const schema = { $ref: getSchemaPath(ProblemDocument) };
  return applyDecorators(
    ApiExtraModels(ProblemDocument),
    ...statuses.map((status) =>
      ApiResponse({ status, description: MEANING[status], content: { [PROBLEM_JSON]: { schema } } }),
    ),
  );
}

/** The OpenAPI 3.1 document of an application, as served and as tests and code generators read it. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    // @nestjs/swagger writes `nullable: true` as `type: [..., 'null']` from 3.1 on, where the word is gone.
    .setOpenAPIVersion('3.1.0')
    .setTitle('Image Monitoring Service')
    .setDescription('Watches approved images on Docker Hub and asks before a new tag is used.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', description: 'An API token, or a JWT of your identity provider.' })
    .build();
  return SwaggerModule.createDocument(app, config);
}

/**
 * Serves the document at `/api/openapi.json` and a page to browse it at `/api/docs`, whose scripts and styles lie in
 * the package: it works without a network. To be called after `configureHttp` and before the application listens.
 */
export function setUpOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Image Monitoring Service',
    // The default asks a server on the internet to judge the document.
    swaggerOptions: { validatorUrl: null, docExpansion: 'list' },
  });
}
