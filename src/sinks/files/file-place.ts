/** A file that is a sink, or has one in it. */
import { parseSinkId, type SinkId } from '../../domain/kinds/index.js';

/** `part` is the dotenv variable or the file's format. */
export interface FilePlace {
  readonly type: 'dotenv' | 'file';
  /** Relative to the working folder, or absolute. */
  readonly path: string;
  readonly part: string;
}

/** Undefined for the id of any other sink. */
export function filePlace(id: SinkId): FilePlace | undefined {
  const address = parseSinkId(id);
  if (address?.type !== 'dotenv' && address?.type !== 'file') return undefined;
  return { type: address.type, path: address.object, part: address.part };
}
