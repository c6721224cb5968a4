import { t } from '../messages/en.js';

export default function Screen(_: { id?: number }) {
  return (
    <main id="content" className="page" tabIndex={-1}>
      <h1>{t.product}</h1>
    </main>
  );
}
