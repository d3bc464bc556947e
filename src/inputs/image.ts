import { imageReference } from '../pipecat/names.js';
import { found } from './problems.js';
import type { InputReader } from './reader.js';

/** Reads the image to run. */
export function readImage({ raw, fields, findings }: InputReader): string | undefined {
  const image = raw.text('image');
  if (image !== undefined && /^[^\s@]+$/.test(image) && !hasTag(image)) {
    findings.problem(
      'image',
      `has to say which version of the image is meant, with a tag or digest; ${found(image)}, which has neither`,
    );
    return undefined;
  }
  return fields.name('image', imageReference);
}

/** A colon before the last slash is one of a registry's port. */
function hasTag(image: string): boolean {
  return image.lastIndexOf(':') > image.lastIndexOf('/');
}
