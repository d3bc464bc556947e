/** Why the storage rejects a request, in the terms of S3. */
export interface StorageProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Further elements of the error. */
  readonly details?: Readonly<Record<string, string>> | undefined;
}

export const accessDenied = (message: string): StorageProblem => ({
  status: 403,
  code: 'AccessDenied',
  message,
});

export const invalidArgument = (message: string): StorageProblem => ({
  status: 400,
  code: 'InvalidArgument',
  message,
});
