// Loads TypeScript as jest does, and anew for each generation, which a query after the file's name tells.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

const compiled = new Map();
let root = '';

export function initialize(data) {
  root = `${pathToFileURL(data.root).href}/`;
}

const isOwn = (url) => url?.startsWith(root) && !url.includes('/node_modules/');

export function resolve(specifier, context, next) {
  const { parentURL } = context;
  if (!isOwn(parentURL)) return next(specifier, context);
  if (specifier === '@jest/globals') {
    return { url: new URL('globals.mjs', import.meta.url).href, shortCircuit: true };
  }
  if (!specifier.startsWith('.')) return next(specifier, context);
  const url = new URL(specifier.replace(/\.js$/, '.ts'), parentURL);
  if (!url.pathname.endsWith('.ts') || !existsSync(fileURLToPath(url)))
    return next(specifier, context);
  url.search = new URL(parentURL).search;
  return { url: url.href, format: 'module', shortCircuit: true };
}

export function load(url, context, next) {
  if (!isOwn(url) || !new URL(url).pathname.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  let source = compiled.get(path);
  if (source === undefined) {
    source = transformSync(readFileSync(path, 'utf8'), {
      filename: path,
      sourceMaps: false,
      module: { type: 'es6' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    }).code;
    compiled.set(path, source);
  }
  return { format: 'module', source, shortCircuit: true };
}
