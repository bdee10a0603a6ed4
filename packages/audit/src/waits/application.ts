import type { Manifest } from '../resolve/index.ts';
import type { SyncSign } from './signs.ts';

/**
 * What the application around a file is, by the nearest manifest above it that names a framework of
 * which only one kind of application is made: someone waits in front of a screen, a terminal or a
 * chat, or for a server's answer.
 */
export function applicationBy(
  manifests: readonly Manifest[],
): (path: string) => SyncSign | undefined {
  const signs = new Map<string, SyncSign>();
  for (const { path, text } of manifests) {
    const found = framework.exec(text)?.[1];
    const directory = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (found !== undefined && !signs.has(directory))
      signs.set(directory, { sync: 'request', sign: `${path} builds on ${found}` });
  }
  return (path) => {
    for (let at = path; at !== ''; ) {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      const found = signs.get(at);
      if (found) return found;
    }
    return undefined;
  };
}

const framework =
  /(?:["'\s:/]|libs\.(?=plugins\.))(streamlit|gradio|chainlit|fastapi|flask|django|aiohttp|starlette|sanic|python-telegram-bot|aiogram|discord\.py|slack[-_]bolt|click|typer|textual|express(?! or )|fastify|hono|koa|@nestjs\/core|next|nuxt|react|vue|svelte|@sveltejs\/kit|electron|commander|yargs|cac|cleye|@clack\/prompts|telegraf|discord\.js|obsidian|spf13\/cobra|urfave\/cli|gin-gonic\/gin|labstack\/echo|gofiber\/fiber|go-chi\/chi|charmbracelet\/bubbletea|clap|axum|actix-web|rocket|tauri|spring-boot-starter-web|spring-boot-starter-webflux|quarkus|micronaut|ktor-server|ktor\.server|(?:(?:com|plugins)\.)?android\.application|androidx\.compose|androidx\.activity|org\.jetbrains\.intellij|jetbrains\.intellij|Microsoft\.NET\.Sdk\.Web|Microsoft\.NET\.Sdk\.Maui|UseWPF|UseMaui|vapor)(?=["'\s:=@<>~^[;,)/]|$)/im;
