/** How the platform is configured, in its own way; here by its environment. */
export class PlatformConfig {
  readonly databaseUrl = process.env['PLATFORM_DATABASE'] ?? '';
  readonly dockerHubUrl = process.env['PLATFORM_DOCKER_HUB'] ?? 'https://hub.docker.com';
  readonly webhookToken = process.env['PLATFORM_WEBHOOK_TOKEN'];
}
