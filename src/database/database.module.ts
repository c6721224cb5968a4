import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from './data-source.js';

/**
 * The database room answers for connections: where the PostgreSQL comes from (`embedded-postgres` starts one when
 * nobody gives an address), how its connections behave (`data-source`: timeouts, UTC, never `synchronize`), that one
 * replica at a time migrates it (`migrate`), and what a transaction is (`in-transaction`).
 *
 * It knows no entity and no table. The rooms bring their entities and read them through `repositoryOf(Entity)` or, for
 * sets, through the statements of their own `<room>.sql.ts`; `src/entities.ts` and `migrations/` list them.
 *
 * The module only hands out the data source under `DATA_SOURCE`. Who made it connects it and closes it: the server in
 * `main`, a test, or the host platform.
 */
@Global()
@Module({})
export class DatabaseModule {
  static of(dataSource: DataSource): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DATA_SOURCE, useValue: dataSource }],
      exports: [DATA_SOURCE],
    };
  }
}
