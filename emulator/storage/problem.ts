/** Why the storage refuses a request, as S3 has it. */
export interface StorageProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** What else there is to say. */
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
