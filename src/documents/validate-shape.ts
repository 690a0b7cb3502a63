/**
 * Tells whether a document has the shape that its kind's schema asks for. Reports no more than that, so that the build
 * can replace this module by what ajv made of the schemas ahead of time (scripts/shapes.mjs), and nothing is compiled
 * as long as documents are right.
 */
import type { KindName } from '../domain/kinds/index.js';
import { firstFaultOf } from './validators.js';

export const isInShape = (kind: KindName, document: unknown): boolean => firstFaultOf(kind)(document);
