import type { FactoryProvider } from '@nestjs/common';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { DataSource, ObjectLiteral, Repository } from 'typeorm';
import { DATA_SOURCE } from './data-source.js';

/**
 * Provides what `@InjectRepository(Entity)` asks for, from whichever data source {@link DATA_SOURCE} is. So a service
 * is written as in any Nest application, and runs unchanged on a platform's data source of another name, where
 * `TypeOrmModule.forFeature` would need that name in every module.
 */
export function repositoryOf<Entity extends ObjectLiteral>(
  entity: new () => Entity,
): FactoryProvider<Repository<Entity>> {
  return {
    provide: getRepositoryToken(entity),
    inject: [DATA_SOURCE],
    useFactory: (dataSource: DataSource) => dataSource.getRepository(entity),
  };
}
