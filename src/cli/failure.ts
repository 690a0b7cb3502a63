/** How a command ends when it doesn't succeed: one fault, or the errors of the documents. */

import type { Diagnostic } from '../documents/diagnostics.js';
import { type Fault, type FaultCode, fault } from '../domain/errors.js';
import { fail } from '../domain/result.js';

export interface Failure {
  readonly fault: Fault;
  readonly diagnostics?: readonly Diagnostic[];
}

export const failed = (error: Fault) => fail<Failure>({ fault: error });

export const failure = (code: FaultCode, message: string) => failed(fault(code, message));

export const badDocuments = (diagnostics: readonly Diagnostic[]) => {
  const errors = diagnostics.filter(({ severity, code }) => severity === 'error' && code !== 'more').length;
  const isAll = diagnostics.every(({ code }) => code !== 'more');
  const message = `${isAll ? '' : 'more than '}${errors} ${errors === 1 ? 'error' : 'errors'} in the documents; nothing was changed`;
  return fail<Failure>({ fault: fault('invalid_documents', message), diagnostics });
};
