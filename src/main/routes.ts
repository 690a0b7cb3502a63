/** Every route of the server: its own, and those for Flatfile's client. */
import { FLATFILE_ROUTES } from '../compat/flatfile/index.js';
import type { AnyRoute } from '../http/route.js';
import { NATIVE_ROUTES } from '../http/routes/index.js';

export const ROUTES: readonly AnyRoute[] = [...NATIVE_ROUTES, ...FLATFILE_ROUTES];
