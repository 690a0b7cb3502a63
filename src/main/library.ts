/**
 * The package export `keywright`: what programs need that read documents or recognise keys. The in-memory
 * verifier is `keywright/verifier`.
 */
export { editorSchema } from '../domain/kinds/document-schema.js';
export { type KeyType, type ParsedToken, parseToken, Secret, TOKEN_PATTERN } from '../domain/secret.js';
export { formatDuration, parseDuration } from '../domain/time.js';
export { VERSION } from '../domain/version.js';
