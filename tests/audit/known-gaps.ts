/** Cases that the audit does not get right yet, with what is missing. One that it gets right has to leave. */
export const knownGaps: Readonly<Record<string, string>> = {
  'csharp/azure-vision': 'an injected client of a namespace without a rule',
  'csharp/background-service': 'a class that extends BackgroundService is nobody waiting',
  'csharp/wrapper-behind-an-interface':
    'a parameter of a lambda, of an interface that one class implements',
  'go/request-then-do': "a client's timeout in a composite literal",
  'java/http-client': 'a timeout on the request, which is another expression than the call',
  'java/langchain4j-ai-service': 'a proxy that AiServices makes of an interface of the application',
  'java/langchain4j-model': 'baseUrl of a builder sends nothing',
  'java/okhttp': 'url of a builder sends nothing',
  'java/scheduled': 'a schedule with an hour is a batch',
  'rust/test-module': 'a module under cfg(test) is a test',
  'swift/request-made-by-another-method':
    'a request that another method builds, known by its header',
  'swift/url-session-known-host': "the request's timeoutInterval",
  'swift/wrapper-through-a-protocol': 'a protocol that one class implements',
  'typescript/nightly-job': 'a schedule is a batch',
  'typescript/re-export': 'a name that an index file passes on',
  'typescript/react-event-handler': 'a function that is given to onClick by its name',
  'typescript/retry-and-fallback': 'a catch that answers by other means',
};
