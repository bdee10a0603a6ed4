import type { Manifest, SourceFile } from '../resolve/index.ts';
import type { SyncSign } from './sign.ts';

/**
 * What the application around a file is, by the nearest manifest above it that names a framework of
 * which only one kind of application is made: someone waits in front of a screen, a terminal or a
 * chat, or for a server's answer.
 */
export function applicationBy(
  manifests: readonly Manifest[],
): (path: string) => SyncSign | undefined {
  const signs = new Map<string, SyncSign>();
  // What it is built on says more than that it is installed as a command.
  for (const said of [builtOn, installed, runByEvents, runOnSchedule])
    for (const { path, text } of manifests) {
      const directory = above(path);
      const sign = signs.get(directory) ?? said(path, text);
      if (sign) signs.set(directory, sign);
    }
  const byKind = Map.groupBy(manifests, ({ path }) => kindOf(path));
  const shared = new Map([...byKind].map(([kind, all]) => [kind, onlyOne(all, signs)]));
  return (path) => {
    for (let at = path; at !== ''; ) {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      const found = signs.get(at);
      if (found) return found;
    }
    return shared.get(kindOf(path));
  };
}

/** What a manifest is about: Xcode’s and Eclipse’s stand in directories of their own, beside the code. */
const above = (path: string): string =>
  path
    .slice(0, Math.max(0, path.lastIndexOf('/')))
    .replace(/(^|\/)([^/]+\.xcodeproj|META-INF|\.github\/workflows)$/, '');

/** Modules of one build belong to one application: a library’s manifest names no framework. */
function kindOf(path: string): string {
  if (/(\.(java|kt|kts)|pom\.xml|\.gradle|MANIFEST\.MF)$/.test(path)) return 'jvm';
  if (/\.(cs|csproj)$/.test(path)) return 'dotnet';
  return /(\.swift|\.pbxproj|Podfile)$/.test(path) ? 'apple' : '';
}

/** What those of one kind say, where all that say something say the same. */
function onlyOne(
  manifests: readonly Manifest[],
  signs: ReadonlyMap<string, SyncSign>,
): SyncSign | undefined {
  const said = manifests.flatMap(({ path }) =>
    kindOf(path) === '' ? [] : (signs.get(above(path)) ?? []),
  );
  return new Set(said.map(({ sync }) => sync)).size === 1 ? said[0] : undefined;
}

/** An action of GitHub's: the events of a repository run it, and nobody sits in front of it. */
function runByEvents(path: string, text: string): SyncSign | undefined {
  return isAction(path) && /^runs:/m.test(text)
    ? { sync: 'background', sign: `${path} makes it an action that events run`, weight: 'placed' }
    : undefined;
}

const isAction = (path: string): boolean => /(^|\/)action\.ya?ml$/.test(path);

const isWorkflow = (path: string): boolean => /(^|\/)\.github\/workflows\/[^/]+$/.test(path);

/** A program that a workflow runs by the clock, where nothing says that it is a server or a command. */
function runOnSchedule(path: string, text: string): SyncSign | undefined {
  if (!isWorkflow(path) || !/^\s*-\s*cron:/m.test(text)) return undefined;
  const [run] = runsProgram.exec(text) ?? [];
  return run === undefined
    ? undefined
    : { sync: 'batch', sign: `${path} runs it on a schedule: ${run}`, weight: 'placed' };
}

/** A step that runs a program of the codebase. */
const runsProgram =
  /\b(?:python3?|uv run|poetry run python|node|tsx|ts-node|deno run|bun(?: run)?|go run|cargo run)\b[^\n|&;]*?(?:[\w./-]+\.(?:py|[cm]?[jt]s|go)|\s\.|$)/m;

function builtOn(path: string, text: string): SyncSign | undefined {
  if (isAction(path) || isWorkflow(path)) return undefined;
  const [, found] = framework.exec(text) ?? [];
  if (found === undefined) return undefined;
  return { sync: 'request', sign: `${path} builds on ${found}`, weight: 'placed' };
}

/** A command at a terminal: somebody waits, but where it shows how far it has come through its data. */
function installed(path: string, text: string): SyncSign | undefined {
  const [command] = isAction(path) || isWorkflow(path) ? [] : (commands.exec(text) ?? []);
  if (command === undefined) return undefined;
  const [shows] = progress.exec(text) ?? [];
  return shows === undefined
    ? { sync: 'request', sign: `${path} installs a command: ${command.trim()}`, weight: 'placed' }
    : { sync: 'batch', sign: `${path} installs a command that uses ${shows}`, weight: 'placed' };
}

const commands = /^\[(?:project|tool\.poetry)\.scripts\]|\bconsole_scripts\b|^\s*"bin"\s*:/m;
const progress = /\b(tqdm|alive-progress|progressbar2?|cli-progress)\b/;

const framework =
  /(?:^|["'\s:/>]|libs\.(?=plugins\.))(streamlit|gradio|chainlit|fastapi|flask|django|aiohttp|starlette|sanic|python-telegram-bot|aiogram|discord\.py|slack[-_]bolt|PyQt[56]|PySide[26]|customtkinter|kivy|flet|wxPython|dearpygui|nicegui|click|typer|textual|express(?! or )|fastify|hono|koa|@nestjs\/core|next|nuxt|react|vue|svelte|@sveltejs\/kit|electron|commander|yargs|cac|cleye|@clack\/prompts|telegraf|discord\.js|obsidian|spf13\/cobra|urfave\/cli|alecthomas\/kong|golang\.org\/x\/term|gin-gonic\/gin|labstack\/echo|gofiber\/fiber|go-chi\/chi|(?:charmbracelet|charm\.land)\/bubbletea|clap|axum|actix-web|rocket|tauri|spring-boot-starter-web|spring-boot-starter-webflux|quarkus|micronaut|ktor-server|ktor\.server|(?:(?:com|plugins)\.)?android\.application|androidx\.compose|androidx\.activity|(?:org\.)?jetbrains\.intellij(?:\.platform)?|webextension-polyfill|Microsoft\.NET\.Sdk\.Web|Microsoft\.NET\.Sdk\.Maui|UseWPF|UseMaui|UseWindowsForms|org\.eclipse\.(?:ui|jface|swt)(?:\.\w+)*|com\.apple\.product-type\.application|vapor)(?=["'\s:=@<>~^[;,)/]|$)/im;

/** What a file's own imports and its text say of the application. */
export function applicationSign({ code, language, text, path }: SourceFile): SyncSign | undefined {
  const sign = (sync: SyncSign['sync'], says: string): SyncSign => ({
    sync,
    sign: says,
    weight: 'placed',
  });
  if (/^\s*['"]use (server|client)['"]/.test(text.slice(0, 400)))
    return sign('request', `the file says ${/use (server|client)/.exec(text)?.[0]}`);
  const modules = code.imports.map(({ module }) => module);
  const events = modules.find((module) => /^(@actions\/(core|github)|probot)$/.test(module));
  if (events !== undefined) return sign('background', `the file imports ${events}`);
  const found = modules.find((module) => interactive.test(module));
  if (found !== undefined) return sign('request', `the file imports ${found}`);
  const reads = terminal.exec(text)?.[0];
  if (reads !== undefined) return sign('request', `the file asks at the terminal: ${reads}`);
  const isScript = language.id === 'python' || language.id === 'javascript';
  if (isScript && modules.some((module) => /^(pandas|polars|datasets|tqdm|csv)\b/.test(module)))
    return sign('batch', 'the file works through data');
  if (program.test(text)) return sign('request', `${path} is a program that somebody runs`);
  return undefined;
}

/** The background page of a browser's extension works for who sits in front of it. */
export const extensionSign = ({ text }: SourceFile): SyncSign | undefined =>
  /\b(chrome|[bB]rowser)\.(runtime|tabs|contextMenus)\./.test(text)
    ? { sync: 'request', sign: 'the file is part of a browser’s extension', weight: 'placed' }
    : undefined;

/** Somebody types at the other end. */
const terminal =
  /(?<![\w.])input\(|Console\.ReadLine|System\.in\b|os\.Stdin\b|io::stdin|(?<![\w.])readLine\(|readline\.createInterface|std::env::args|os\.Args|process\.argv|sys\.argv|CommandLine\.arguments/;

/** The beginning of a program, in the languages that have one. */
const program =
  /^if __name__ == ['"]__main__['"]|^func main\(\)|^\s*(async )?fn main\(\)|\bstatic (async )?(Task|void|int|Task<int>) Main\(|\bpublic static void main\(|^(suspend )?fun main\(|^@main\b/m;

/** Modules of a program that somebody sits in front of, or of a server that answers. */
const interactive =
  /^(streamlit|gradio|chainlit|click|typer|argparse|fire|flask|quart|sanic|tornado|django|rest_framework|fastapi|starlette|aiohttp\.web|telegram|telebot|aiogram|pyrogram|discord|nextcord|slack_bolt|slack_sdk|tkinter|customtkinter|PyQt\d|PySide\d|kivy|flet|nicegui|reflex|textual|rich\.prompt|prompt_toolkit|idaapi|ida_kernwin|bpy|sublime(_plugin)?|aqt|mcp\.server|fastmcp|langgraph|@langchain\/langgraph|express|fastify|hono|koa|@nestjs\/common|next(\/|$)|react(-native)?(\/|$)|vue|svelte|@sveltejs\/kit|solid-js|@angular\/core|commander|yargs|meow|@clack\/prompts|@inquirer|inquirer|prompts|ink$|vscode|electron|obsidian|telegraf|grammy|discord\.js|@slack\/bolt|whatsapp-web\.js|webextension-polyfill|@modelcontextprotocol\/sdk\/server|SwiftUI|UIKit|AppKit|Vapor|ArgumentParser|androidx|android\.(app|view|widget)|org\.springframework\.(web|stereotype\.Controller|shell)|jakarta\.(ws\.rs|servlet)|javax\.(swing|ws\.rs|servlet)|javafx|io\.ktor\.server|picocli|org\.telegram|net\.dv8tion|Microsoft\.AspNetCore|Microsoft\.Maui|System\.Windows|System\.CommandLine|Spectre\.Console|Avalonia|com\.intellij|clap|dialoguer|axum|actix_web|rocket|warp|poem|tauri|egui|eframe|teloxide|serenity|net\/http$|github\.com\/(spf13\/cobra|urfave\/cli|gin-gonic|labstack|gofiber|go-chi|gorilla\/(mux|websocket)|charmbracelet|bwmarrin\/discordgo|go-telegram))/;
