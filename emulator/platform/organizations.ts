/** An organization owns sets, agents, builds and credentials. */
export interface Organization {
  readonly name: string;
  readonly verboseName: string;
  readonly id: string;
}

export const acme: Organization = {
  name: 'acme',
  verboseName: 'Acme Voice',
  id: '6f1de2b0-5a43-4a0e-9d0c-2f6f3f8c1a01',
};

export const globex: Organization = {
  name: 'globex',
  verboseName: 'Globex',
  id: '6f1de2b0-5a43-4a0e-9d0c-2f6f3f8c1a02',
};

export const organizations: readonly Organization[] = [acme, globex];
