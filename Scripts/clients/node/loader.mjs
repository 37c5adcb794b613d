// Lets node run the TypeScript source of openai-node as it lies in its repository: no package manager and no compiler is needed.
//
// Its files import each other without endings, and name types among values, which only a compiler that sees all files can tell apart.
// Here an imported name that the file without its types no longer has is left out.

import { existsSync, readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const IMPORT = /^import\s*\{([^}]*)\}\s*from/gm;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*/g;

function withoutUnusedImports(source) {
  const rest = source.replace(IMPORT, '').replace(COMMENT, '');
  return source.replace(IMPORT, (_, list) => {
    const names = list.split(',').map((name) => name.trim()).filter(Boolean);
    const used = names.filter((name) => new RegExp(`\\b${name.split(/\s+as\s+/).at(-1)}\\b`).test(rest));
    return `import { ${used.join(', ')} } from`;
  });
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && !/\.m?[jt]s$/.test(specifier)) {
      const base = new URL(specifier, context.parentURL).href;
      const url = [`${base}.ts`, `${base}/index.ts`].find((url) => existsSync(fileURLToPath(url)));
      if (url) return { url, shortCircuit: true };
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'), { mode: 'transform' });
    return { format: 'module', source: withoutUnusedImports(source), shortCircuit: true };
  },
});
