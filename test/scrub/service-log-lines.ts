/** What services, servers, databases and machines write all day, with words that secrets bear as well. */
export const SERVICE_LOG_LINES: readonly string[] = `
203.0.113.7 - - [06/May/2024:07:08:09 +0000] "GET /login?next=%2Faccount HTTP/1.1" 302 0 "-" "Mozilla/5.0 (X11; Linux x86_64)"
203.0.113.7 - alice [06/May/2024:07:08:09 +0000] "POST /oauth/token HTTP/2.0" 200 812 "https://shop.example/checkout" "curl/8.5.0"
::1 - - [06/May/2024:07:08:09 +0000] "GET /static/app.4f3c2b1a.js HTTP/1.1" 304 - "https://shop.example/" "Mozilla/5.0"
GET /search?q=keyboard+layout&page=2&sort=price_asc 200 18ms
GET /api/v2/users/42/sessions?limit=20&offset=40 200 7ms
GET /reset-password?step=2 200 3ms
PUT /api/tokens/refresh 204 11ms
DELETE /api/v1/api-keys/817 204 9ms
OPTIONS /graphql 204 0.3ms origin=https://shop.example
POST /v1/charges 402 312ms idempotency=7c9e6679-7425-40de-944b-e07fc1f90ae7
GET /files/report%202024.pdf 200 1.2MB
GET https://cdn.example/img.png?w=640&h=480&fit=crop&v=1716239023 200
http://localhost:3000/?tab=settings#profile opened
https://example.com:8443/a/b;v=1.2/c?x=1&y=2 redirected to https://example.com/b
see https://medium.com/@someone/an-article-about-tokens-4f3c2b1a0e9d
npm http fetch GET 200 https://registry.example/@scope%2fpkg 12ms (cache hit)
upstream https://api.example:443/v1/status answered 503, retry in 4s
proxy: host=api.example port=443 scheme=https weight=1
ws://gateway.example:8080/socket?v=10&encoding=json connected
redis://cache.example:6379/0 connected
postgres://db.example:5432/shop?sslmode=require connected
amqp://broker.example/vhost connected, channels=4
ssh://git@github.com/acme/shop.git cloned
git@github.com:acme/shop.git fetched
jdbc:postgresql://db.example:5432/shop opened
s3://bucket-name/path/to/key.parquet written
file:///var/log/app/current.log rotated
user alice@example.com signed up
mailto:support@example.com clicked
to=<bob@example.com>, relay=mx.example[203.0.113.9]:25, delay=0.8, status=sent (250 2.0.0 Ok: queued as 4F3C2B1A0E)
Error: Invalid token: expired
JsonWebTokenError: invalid signature
TokenExpiredError: jwt expired at 2024-05-06T07:08:09.000Z
UnauthorizedError: No authorization token was found
CredentialsProviderError: Could not load credentials from any providers
ForbiddenError: invalid csrf token
SyntaxError: Unexpected token '<', "<!DOCTYPE "... is not valid JSON
SyntaxError: Unexpected token } in JSON at position 42
SyntaxError: Unexpected token: punc (})
Error: password authentication failed for user "shop"
FATAL: password authentication failed for user "shop"
auth: user 42 logged in from 10.0.0.7
auth: login ok
[auth] session for user 42 started
session: started for user 42
session: expired
session expired for user 42, redirecting to /login
token: refreshed for client 7
token refresh scheduled in 3540 s
AuthService: user 42 not found
TokenService: refreshed 5 tokens in 12 ms
PasswordResetController: mail sent to user 42
SessionStore: evicted 17 of 1000 entries
CookieParser: no cookies on request 7c9e6679
cookie consent given by visitor 812
password changed for user 42
password reset requested for user 42
password must have at least 12 characters
your password will expire in 14 days
wrong password for user 42 (attempt 3 of 5)
api key rotated for client acme
secret rotation finished: 4 rotated, 0 failed
secret "db-credentials" not found in namespace "prod"
access key last used 2024-05-06
credentials loaded from environment
Basic authentication required
Basic plan upgraded to premium
bearer token missing
WWW-Authenticate: Bearer realm="api", error="invalid_token"
Bearer authentication is disabled on this route
digest mismatch for layer 4 of 7
    at Object.<anonymous> (/app/src/auth/token.js:12:5)
    at verifyPassword (/app/src/auth/password.js:88:17)
    at async Session.load (file:///app/dist/session.js:4:31)
    at TokenBucket.take (/app/node_modules/limiter/lib/token-bucket.js:41:9)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)
    at new Promise (<anonymous>)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:174:12)
TypeError: Cannot read properties of undefined (reading 'token')
TypeError: Cannot destructure property 'password' of 'req.body' as it is undefined.
ReferenceError: session is not defined
Error: ENOENT: no such file or directory, open '/app/config/default.json'
Error: connect ECONNREFUSED 127.0.0.1:5432
Error: getaddrinfo ENOTFOUND api.example
Error: read ECONNRESET
Error: listen EADDRINUSE: address already in use :::8080
AxiosError: Request failed with status code 401
MongoServerError: E11000 duplicate key error collection: shop.users index: email_1 dup key: { email: "a@b.example" }
error: duplicate key value violates unique constraint "users_pkey"
ER_DUP_ENTRY: Duplicate entry '42' for key 'users.PRIMARY'
Key (id)=(42) already exists.
SELECT * FROM users WHERE id = $1 AND deleted_at IS NULL
SELECT id, name FROM sessions WHERE user_id = 42 ORDER BY created_at DESC LIMIT 10
INSERT INTO orders (id, user_id, total) VALUES (48213, 42, 19.99)
UPDATE users SET last_login = NOW() WHERE id = 42
UPDATE users SET password = $1 WHERE id = $2
UPDATE users SET password = ? WHERE id = ?
SELECT token_hash FROM api_tokens WHERE client = :client
DELETE FROM tokens WHERE expires_at < '2024-05-06'
CREATE INDEX CONCURRENTLY idx_users_email ON users (email)
ALTER TABLE sessions ADD COLUMN token_type varchar(16)
BEGIN; SELECT 1; COMMIT;
query took 1204 ms: SELECT count(*) FROM keys
duration: 0.412 ms  execute <unnamed>: SELECT 1
checkpoint complete: wrote 812 buffers (5.0%); 0 WAL file(s) added, 0 removed; write=8.1 s, sync=0.004 s, total=8.2 s
automatic vacuum of table "shop.public.sessions": index scans: 1
{"level":30,"time":1716239023123,"pid":7,"hostname":"web-1","msg":"request completed","responseTime":12}
{"level":"info","message":"user signed in","userId":42,"requestId":"7c9e6679-7425-40de-944b-e07fc1f90ae7"}
{"event":"token.refreshed","count":5,"tokenType":"bearer","ok":true}
{"usage":{"prompt_tokens":532,"completion_tokens":128,"total_tokens":660}}
{"password":null,"token":"","session":false}
{"keyCode":13,"key":"Enter","shift":false}
{"a":[1,2,{"b":"c"}],"d":{"e":null},"f":"g:h"}
{"cursor":"eyJpZCI6MTAwLCJkaXIiOiJuZXh0In0","limit":20}
cursor=eyJpZCI6MTAwLCJkaXIiOiJuZXh0In0= limit=20
level=info ts=2024-05-06T07:08:09.123Z caller=main.go:42 msg="listening" addr=:8080
time="2024-05-06T07:08:09Z" level=warning msg="no auth configured" component=proxy
logger=auth t=2024-05-06T07:08:09Z level=info msg="Request Completed" method=GET path=/api status=200
type=AVC msg=audit(1716239023.123:4711): denied { read } for pid=812 comm="nginx" name="index.html"
May  6 07:08:09 web-1 systemd[1]: Started Session 42 of user alice.
May  6 07:08:09 web-1 sshd[812]: Accepted publickey for alice from 203.0.113.7 port 51324 ssh2: ED25519 SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8
May  6 07:08:09 web-1 sudo: alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt update
May  6 07:08:09 web-1 kernel: [ 4711.815162] TCP: request_sock_TCP: Possible SYN flooding on port 443.
May  6 07:08:09 web-1 CRON[812]: (root) CMD (test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily)
I0506 07:08:09.123456       1 leaderelection.go:258] successfully acquired lease kube-system/kube-scheduler
E0506 07:08:09.123456       1 reflector.go:140] failed to list *v1.Secret: secrets is forbidden
Normal  Pulled  3m  kubelet  Container image "registry.example/auth:1.4.2" already present on machine
Pulling auth:1.4.2
registry.example/team/token-service:2024.05.06 deployed
Successfully assigned prod/session-api-6d4cf56db6-x7k2p to node-3
pod/auth-7f9c6d5b4-abcde condition met
secret/db-credentials unchanged
secret/tls-cert created
MountVolume.SetUp succeeded for volume "kube-api-access-x7k2p"
Liveness probe failed: HTTP probe failed with statuscode: 503
Back-off restarting failed container web in pod web-6d4cf56db6-x7k2p_prod(7c9e6679-7425-40de-944b-e07fc1f90ae7)
kind: Secret
apiVersion: v1
automountServiceAccountToken: false
Step 4/9 : RUN npm ci --omit=dev
 ---> Running in 4f3c2b1a0e9d
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855: Pull complete
#12 [build 4/6] COPY --from=deps /app/node_modules ./node_modules
npm warn deprecated inflight@1.0.6: This module is not supported
added 412 packages, and audited 413 packages in 9s
yarn install v1.22.22
integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==
"resolved": "https://registry.npmjs.org/ms/-/ms-2.1.3.tgz"
git checkout -b feature/password-strength-meter
Merge branch 'token-cleanup' into main (4f3c2b1)
commit 4f3c2b1a0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b
tag v1.4.11-rc.3 signed with key 4AEE18F83AFDEB23
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
thumb data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7 rendered
digest: sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=
etag: W/"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk"
content-type: application/json; charset=utf-8
cache-control: private, max-age=0, must-revalidate
x-request-id: 7c9e6679-7425-40de-944b-e07fc1f90ae7
x-ratelimit-remaining: 4711
accept-language: de-DE,de;q=0.9,en;q=0.8
strict-transport-security: max-age=63072000; includeSubDomains; preload
server-timing: db;dur=53.2, cache;desc="hit";dur=0.4
content-security-policy: default-src 'self'; img-src * data:; script-src 'nonce'
user-agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15
-----BEGIN CERTIFICATE----- MIIBszCCAVmgAwIBAgIU -----END CERTIFICATE-----
-----BEGIN PUBLIC KEY----- MFkwEwYHKoZIzj0CAQYI -----END PUBLIC KEY-----
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzC8o2nQ4Tn1f2 alice@laptop
TLS_AES_256_GCM_SHA384 negotiated, ALPN h2, SNI shop.example
certificate CN=shop.example expires in 29 days, serial 04:11:11:11
kafka: consumer group shop-orders rebalanced, generation=17, members=4
[2024-05-06 07:08:09,123] INFO [GroupCoordinator 1]: Preparing to rebalance group orders in state PreparingRebalance
topic=orders partition=3 offset=48213 key=42 lag=0
cache miss for user:42:profile
cache set order:48213 ttl=3600
lock acquired: order:48213 (holder=web-1:7)
job sendMail:812 failed after 3 attempts, next in 8000ms
queue mail: waiting=4 active=1 completed=812 failed=0
cron */5 * * * * cleanup-sessions ran in 41 ms
feature flag new-checkout=true for 12% of users
metrics: rps=412 p50=3.1ms p95=12.4ms p99=48.0ms err=0.1%
heapUsed=41.2MB heapTotal=64.0MB rss=98.3MB external=2.1MB
worker 3 exited with code 0, signal null
uncaughtException: none, unhandledRejections: 0
order 48213: status pending -> paid, total: 19.99 EUR, items: 3
invoice #2024-00412 sent to customer 812 (IBAN ending 3000)
parcel JD014600006281912345 scanned at 52.52,13.40
sms to +49 151 23456789 delivered, parts: 1, cost: 0.07
translation key checkout.title missing for locale de-AT
key press Enter on #password-field
foreign key constraint fails (shop.orders, CONSTRAINT fk_user)
sort key: created_at, partition key: tenant
public key fingerprint SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8
keyboard layout: de, keymap: qwertz
author: Ada Lovelace, reviewers: 2
authority: shop.example, scheme: https
inside job 4 of 7: side=left, aside=none
passenger count: 4, passport check: ok
compass heading: 212 deg, bypass: off
pin: none, spin: 4, pinned: true
secretary: J. Doe, secretariat opened
tokenizer: bpe, vocabulary: 50257, tokens: 1523
discard pile: 12, card type: visa, cardholder present
2024-05-06T07:08:09.123Z  INFO 1 --- [nio-8080-exec-4] o.s.web.servlet.DispatcherServlet : Completed initialization in 3 ms
WARN  [main] c.zaxxer.hikari.pool.HikariPool - pool-1 - Thread starvation or clock leap detected (delta=47s)
[HPM] Proxy created: /api  -> http://localhost:4000
[nodemon] 3.1.0 watching path(s): *.* extensions: js,mjs,cjs,json
webpack 5.91.0 compiled successfully in 1204 ms
vite v5.2.11 ready in 312 ms, Local: http://localhost:5173/
 ✓ test/auth.test.ts (12 tests) 41ms
if (token === undefined) return next();
const { password, ...rest } = user;
`
  .trim()
  .split('\n');
