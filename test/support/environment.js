import { TestEnvironment } from 'jest-environment-node';

/** Remembers for `database.ts` whether a test of this file has failed: then its database is kept to be looked at. */
export default class EnvironmentThatRemembers extends TestEnvironment {
  handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.global.hasFailedTest = true;
  }
}
