import type { Type } from '@nestjs/common';
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';

/** The modules of ours that matter here. */
interface Ours {
  whole: Type;
  /** Has the route `images/:id`. */
  images: Type;
  /** Have routes `images/<word>`. */
  above: readonly Type[];
  /** Has an `@Interval`. */
  beating: Type;
}

/**
 * What an application may have forgotten, said before anything starts, naming what to do. Nest itself would say nothing:
 * without a scheduler the monitor would stand still, and behind `images/:id` the other routes would be taken for ids.
 */
export function checkHost(modules: ModulesContainer, { httpAdapter }: HttpAdapterHost, ours: Ours): void {
  const order = [...modules.values()].map(({ metatype }) => metatype as unknown);
  const isThere = (module: Type) => order.includes(module);
  if (order.filter((module) => module === ours.whole).length > 1) {
    throw new Error(
      `The application imports ${ours.whole.name} twice: call forRoot or forRootAsync once, and import what it returned ` +
        'wherever it is wanted.',
    );
  }
  if (isThere(ours.beating) && !isThere(ScheduleModule)) {
    throw new Error(
      `${ours.whole.name} needs the heartbeat of @nestjs/schedule: add ScheduleModule.forRoot() to the imports of the ` +
        "application's root module, once (a second one would make every @Interval fire twice).",
    );
  }
  // Fastify finds the most exact route by itself; Express takes the first one.
  if (httpAdapter?.getType() !== 'express' || !isThere(ours.images)) return;
  const late = ours.above.find((module) => order.indexOf(module) > order.indexOf(ours.images));
  if (late !== undefined) {
    throw new Error(
      `${ours.images.name} is imported before ${late.name}, whose routes would be taken for the id of an image: put ` +
        `${ours.whole.name} before the modules that import ${ours.images.name}.`,
    );
  }
}
