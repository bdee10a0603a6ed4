/** A file that lists what an application is built of. */
export interface Manifest {
  /** Of the audited directory, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The files that package managers read, and those that say what events or schedules run. */
export const isManifest = (path: string): boolean =>
  /(^|\/)(package\.json|pyproject\.toml|requirements[\w-]*\.txt|Pipfile|setup\.(py|cfg)|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(\.kts)?|libs\.versions\.toml|Package\.swift|Podfile|action\.ya?ml|\.github\/workflows\/[^/]+\.ya?ml|META-INF\/MANIFEST\.MF|[^/]+\.csproj|[^/]+\.xcodeproj\/project\.pbxproj)$/.test(
    path,
  );
