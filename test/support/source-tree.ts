import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, resolve, sep } from 'node:path';
import ts from 'typescript';

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** One import of a source file: `to` is a path under `src/` for our own files, else the package's specifier. */
export interface Import {
  readonly to: string;
  readonly own: boolean;
  /** Whether it is gone at run time (`import type`). */
  readonly typeOnly: boolean;
  /** Whether it waits for a call, like `import('x')` and `new URL('./x-worker.js', import.meta.url)`. */
  readonly lazy: boolean;
  readonly names: readonly string[];
}

/** One file of `src/`, parsed; `path` is relative to `src/`, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** Reads and parses every TypeScript file of `src/`. */
export function readSourceTree(): ReadonlyMap<string, SourceFile> {
  const src = join(ROOT, 'src');
  const paths = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => path.split(sep).join('/'))
    .sort();
  return new Map(paths.map((path) => [path, parse(path, readFileSync(join(src, path), 'utf8'))]));
}

/** Every file that can be reached from `from`, itself included, and the first path found to each. */
export function reachableFrom(
  files: ReadonlyMap<string, SourceFile>,
  from: string,
  follows: (edge: Import) => boolean = () => true,
): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>([[from, [from]]]);
  for (const [path, trail] of found) {
    for (const edge of files.get(path)?.imports ?? []) {
      if (edge.own && follows(edge) && !found.has(edge.to)) found.set(edge.to, [...trail, edge.to]);
    }
  }
  return found;
}

/** Calls `visit` for every node of a file, outermost first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** `path:line` of a node, for messages. */
export function place(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1}`;
}

function parse(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  const add = (specifier: string, rest: Omit<Import, 'to' | 'own'>) => {
    // Data, which the build puts in the place of its import.
    if (specifier.endsWith('.json')) return;
    const own = specifier.startsWith('.');
    const to = own ? posix.join(posix.dirname(path), specifier.replace(/\.js$/, '.ts')) : specifier;
    imports.push({ to, own, ...rest });
  };
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const elements = bindings !== undefined && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
      const typeOnly =
        clause !== undefined &&
        (clause.isTypeOnly ||
          (clause.name === undefined && elements.length > 0 && elements.every((e) => e.isTypeOnly)));
      const names = elements.filter((e) => !e.isTypeOnly).map((e) => (e.propertyName ?? e.name).text);
      if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.push('*');
      add(node.moduleSpecifier.text, { typeOnly, lazy: false, names });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, { typeOnly: node.isTypeOnly, lazy: false, names: [] });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier && ts.isStringLiteralLike(specifier)) {
        add(specifier.text, { typeOnly: false, lazy: true, names: ['*'] });
      }
    } else if (ts.isNewExpression(node) && node.expression.getText(tree) === 'URL') {
      const [target, base] = node.arguments ?? [];
      if (target && ts.isStringLiteralLike(target) && base?.getText(tree) === 'import.meta.url') {
        add(target.text, { typeOnly: false, lazy: true, names: [] });
      }
    }
  });
  return { path, text, tree, imports };
}
