import type { Expr } from '../../language/code.ts';
import { declaredTypesOf, type Origin, type Site } from '../../resolve/index.ts';

/**
 * Whether a platform's own type has taken the name: where a file opens a provider's namespace, any
 * name that it does not declare may be the provider's, but for these.
 */
export const isPlatforms = ({ opened, path: [root = ''] }: Origin): boolean =>
  opened && platformTypes.test(root);

const platformTypes =
  /^(Http(Context|Request|Response|Client|RequestMessage|ResponseMessage|Content)|I?(Configuration|ServiceProvider|ServiceCollection|Logger|HostApplicationBuilder|WebHostEnvironment)|Task|ValueTask|TaskCompletionSource|CancellationToken(Source)?|Console|File|Path|Directory|Stream\w*|MemoryStream|Channel\w*|Pipe(Reader|Writer)?|Json(Serializer|Document|Element|Node)|StringBuilder|Convert|Math|Enumerable|Environment|Process|Thread|Timer|DbContext|DbSet|Mapper|IMapper|IMediator|NavigationManager|IJSRuntime|URLSession|URLRequest|FileManager|UserDefaults|NotificationCenter|DispatchQueue|JSON(Encoder|Decoder|Serialization)|AVAudio\w+|UI[A-Z]\w+|NS[A-Z]\w+)$/;

/** Whether a call asks a list or map itself, and none of what it holds. */
export function isOfContainer(callee: Expr, site: Site): boolean {
  if (callee.is !== 'member') return false;
  return containers.test(declaredTypesOf(callee.of, site)[0] ?? '');
}

const containers =
  /^(List|ArrayList|LinkedList|MutableList|Set|HashSet|MutableSet|Collection|Iterable|Map|HashMap|MutableMap|Queue|Deque|IEnumerable|IList|IReadOnlyList|ICollection|Dictionary|IDictionary|Array)$/;
