// SPDX-License-Identifier: MIT

import path from 'node:path';
import ts from 'typescript';

/**
 * What users of the package meet, as TypeScript sees it: the exports of the public doors, the types that these name, and the functions and methods
 * that take arguments.
 */

const root = path.resolve(import.meta.dirname, '../..');
const sources = path.join(root, 'src') + path.sep;

/** What these take goes to `processTrack` as it is, and their functions run in a framework alone. */
const adaptors = ['livekit', 'react', 'svelte'].map((name) => `src/adaptors/${name}.ts`);

/** The modules that package.json publishes. */
const doors = [
  'src/index.ts',
  'src/pipeline/index.ts',
  'src/pipeline/cpu.ts',
  'src/pipeline/nuclei.ts',
  'src/analysis/index.ts',
  ...adaptors,
];

/** Users write these and hand them in: what calls them is ours. */
const writtenByUsers = ['FileCache', 'TuneSource'];

/** A function, constructor or method that takes arguments. */
export interface Callable {
  /** `resolveParameters`, `DenseCrf.create`, `Refiner.refine`, `new Painter`. */
  name: string;
  parameters: readonly { name: string; type: ts.Type; isOptional: boolean }[];
}

export interface PublicApi {
  checker: ts.TypeChecker;
  /** Exports without a doc block, and members of theirs: `DenseCrf`, `Refiner.refine`. */
  undocumented: readonly string[];
  /** Named types of ours that exports mention, and no door exports: `Name (mentioned by Export)`. */
  unexported: readonly string[];
  callables: readonly Callable[];
  /** What the doc blocks of an exported interface's properties say, by property. */
  docsOf(name: string): ReadonlyMap<string, string>;
}

export function readPublicApi(): PublicApi {
  const program = createProgram();
  const checker = program.getTypeChecker();
  const exported = new Map<ts.Symbol, string>();
  for (const door of doors) {
    const file = program.getSourceFile(path.join(root, door));
    const module = file && checker.getSymbolAtLocation(file);
    if (!module) throw new Error(`${door} is no module`);
    for (const symbol of checker.getExportsOfModule(module)) exported.set(resolved(checker, symbol), symbol.name);
  }
  const mentions = new Mentions(checker, exported);
  for (const [symbol, name] of exported) mentions.ofDeclarations(symbol, name);
  return {
    checker,
    undocumented: [...exported].flatMap(([symbol, name]) => undocumentedIn(checker, symbol, name)),
    unexported: [...mentions.unexported].map(([name, by]) => `${name} (mentioned by ${by})`),
    callables: [...exported]
      .filter(([symbol]) => !isOfAdaptor(symbol))
      .flatMap(([symbol, name]) => callablesOf(checker, symbol, name)),
    docsOf(name) {
      const found = [...exported].find((entry) => entry[1] === name);
      if (!found) throw new Error(`${name} is not exported`);
      const properties = checker.getDeclaredTypeOfSymbol(found[0]).getProperties();
      return new Map(
        properties.map((one) => [one.name, ts.displayPartsToString(one.getDocumentationComment(checker))]),
      );
    },
  };
}

function createProgram(): ts.Program {
  const configFile = path.join(root, 'tsconfig.library.json');
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram(
    [...doors, 'src/wgsl.d.ts'].map((door) => path.join(root, door)),
    { ...options, noEmit: true },
  );
}

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function declarationsOf(symbol: ts.Symbol): readonly ts.Declaration[] {
  return symbol.declarations ?? [];
}

function isOurs(symbol: ts.Symbol): boolean {
  return declarationsOf(symbol).some((declaration) => declaration.getSourceFile().fileName.startsWith(sources));
}

function isOfAdaptor(symbol: ts.Symbol): boolean {
  const files = declarationsOf(symbol).map((declaration) => declaration.getSourceFile().fileName);
  return files.some((file) => adaptors.includes(path.relative(root, file)));
}

/** A doc block stands above one of its declarations. */
function isDocumented(symbol: ts.Symbol): boolean {
  return declarationsOf(symbol).some((declaration) => {
    // Of a variable it stands above the statement.
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return ts.getJSDocCommentsAndTags(node).length > 0;
  });
}

/** An export, and what users reach through it: members of classes, interfaces, object types and unions of these. */
function undocumentedIn(checker: ts.TypeChecker, symbol: ts.Symbol, name: string): string[] {
  const own = isDocumented(symbol) ? [] : [name];
  const members = declarationsOf(symbol).flatMap((declaration) => membersIn(checker, declaration));
  const silent = members.filter((member) => ts.getJSDocCommentsAndTags(member).length === 0);
  return [...own, ...silent.map((member) => `${name}.${member.name?.getText() ?? 'constructor'}`)];
}

/**
 * What users see of a class, an interface or a type: its members, but for those that tell one type from another (`kind: 'blur'`), and for parts of a type that
 * has a doc block as a whole: members of a union, of a member's own type.
 */
function membersIn(checker: ts.TypeChecker, declaration: ts.Declaration): readonly ts.NamedDeclaration[] {
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) {
    const members: readonly (ts.ClassElement | ts.TypeElement)[] = declaration.members;
    const ofConstructor = members
      .filter(ts.isConstructorDeclaration)
      .flatMap((one) => one.parameters.filter(isProperty));
    return [...members, ...ofConstructor].filter(isTold);
  }
  if (ts.isVariableDeclaration(declaration)) {
    const { initializer } = declaration;
    return initializer && ts.isObjectLiteralExpression(initializer)
      ? initializer.properties.filter(ts.isMethodDeclaration)
      : [];
  }
  if (!ts.isTypeAliasDeclaration(declaration)) return [];
  if (ts.isTypeLiteralNode(declaration.type)) return declaration.type.members.filter(isTold);
  if (!ts.isTypeReferenceNode(declaration.type)) return [];
  // Another name for a type of ours.
  const target = checker.getSymbolAtLocation(declaration.type.typeName);
  return target && isOurs(target) ? declarationsOf(target).flatMap((one) => membersIn(checker, one)) : [];
}

function isProperty(parameter: ts.ParameterDeclaration): boolean {
  return ts.isParameterPropertyDeclaration(parameter, parameter.parent);
}

function isTold(member: ts.ClassElement | ts.TypeElement | ts.ParameterDeclaration): boolean {
  if (isPrivate(member) || ts.isIndexSignatureDeclaration(member)) return false;
  // One whose parameters are members is told by these.
  if (ts.isConstructorDeclaration(member)) return member.parameters.length > 0 && !member.parameters.some(isProperty);
  if (ts.isPropertySignature(member)) return !(member.type && ts.isLiteralTypeNode(member.type));
  // An error's own name.
  return !(ts.isPropertyDeclaration(member) && member.initializer && ts.isStringLiteral(member.initializer));
}

/** Types that declarations mention where users see them: not in bodies, not in private members. */
class Mentions {
  readonly unexported = new Map<string, string>();
  private readonly seen = new Set<ts.Symbol>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly exported: ReadonlyMap<ts.Symbol, string>,
  ) {}

  ofDeclarations(symbol: ts.Symbol, by: string): void {
    if (this.seen.has(symbol)) return;
    this.seen.add(symbol);
    for (const declaration of declarationsOf(symbol)) this.visit(declaration, by);
  }

  private visit(node: ts.Node, by: string): void {
    if (isPrivate(node) || ts.isBlock(node)) return;
    if (ts.isTypeReferenceNode(node)) this.mention(node.typeName, by, isPartOfAnother(node));
    if (ts.isExpressionWithTypeArguments(node)) this.mention(node.expression, by, true);
    ts.forEachChild(node, (child) => {
      // What a value is made of is nobody's type.
      if (ts.isExpression(child) && !isObjectOfMethods(child) && !ts.isExpressionWithTypeArguments(child)) return;
      this.visit(child, by);
    });
  }

  /** @param isPart whether the type is only a part of one that has a name of its own */
  private mention(node: ts.Node, by: string, isPart: boolean): void {
    const found = this.checker.getSymbolAtLocation(node);
    const symbol = found && resolved(this.checker, found);
    if (!symbol || !isOurs(symbol) || symbol.flags & ts.SymbolFlags.TypeParameter) return;
    const name = this.exported.get(symbol);
    // `type MaskAnalysis = Api.MaskAnalysis` is exported under its own name.
    if (name === undefined && !isPart && symbol.name !== by) this.unexported.set(symbol.name, by);
    this.ofDeclarations(symbol, name ?? by);
  }
}

function isPrivate(node: ts.Node): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) ?? false;
}

/** An object literal: `DenseCrf` is one, and its methods have types. */
function isObjectOfMethods(node: ts.Node): boolean {
  return ts.isObjectLiteralExpression(node);
}

function isPartOfAnother(node: ts.Node): boolean {
  return ts.isIntersectionTypeNode(node.parent);
}

function callablesOf(checker: ts.TypeChecker, symbol: ts.Symbol, name: string): Callable[] {
  const [declaration] = declarationsOf(symbol);
  if (!declaration || isError(checker, symbol) || writtenByUsers.includes(name)) return [];
  const found: Callable[] = [];
  if (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable | ts.SymbolFlags.Class)) {
    const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
    found.push(...signaturesOf(checker, name, type.getCallSignatures()));
    if (!hasPrivateConstructor(symbol))
      found.push(...signaturesOf(checker, `new ${name}`, type.getConstructSignatures()));
    if (type.getCallSignatures().length === 0) found.push(...methodsOf(checker, name, type));
  }
  if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) {
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    if (!type.isUnion()) found.push(...methodsOf(checker, name, type));
  }
  return found;
}

/** Whoever catches an error did not make it. */
function isError(checker: ts.TypeChecker, symbol: ts.Symbol): boolean {
  if (!(symbol.flags & ts.SymbolFlags.Class)) return false;
  return checker.getDeclaredTypeOfSymbol(symbol).getProperty('stack') !== undefined;
}

function hasPrivateConstructor(symbol: ts.Symbol): boolean {
  return declarationsOf(symbol).some(
    (declaration) =>
      ts.isClassDeclaration(declaration) &&
      declaration.members.some((member) => ts.isConstructorDeclaration(member) && isPrivate(member)),
  );
}

/** Methods of ours, public ones. */
function methodsOf(checker: ts.TypeChecker, name: string, type: ts.Type): Callable[] {
  return type.getProperties().flatMap((property) => {
    const [declaration] = declarationsOf(property);
    if (!declaration || !isOurs(property) || isPrivate(declaration)) return [];
    if (!ts.isMethodDeclaration(declaration) && !ts.isMethodSignature(declaration)) return [];
    const of = checker.getTypeOfSymbolAtLocation(property, declaration);
    return signaturesOf(checker, `${name}.${property.name}`, of.getCallSignatures());
  });
}

function signaturesOf(checker: ts.TypeChecker, name: string, signatures: readonly ts.Signature[]): Callable[] {
  return signatures
    .filter(({ parameters }) => parameters.length > 0)
    .map(({ parameters }) => ({
      name,
      parameters: parameters.map((parameter) => {
        const declaration = parameter.valueDeclaration as ts.ParameterDeclaration;
        return {
          name: parameter.name,
          type: checker.getTypeOfSymbolAtLocation(parameter, declaration),
          isOptional: checker.isOptionalParameter(declaration),
        };
      }),
    }));
}
