/** A token as it is shown to an API server. */
import { Secret } from '../../domain/secret.js';

export const bearer = (token: Secret): Secret => new Secret(`Bearer ${token.reveal().trim()}`);
