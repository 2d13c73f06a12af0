using System.Net.Http.Headers;
using System.Security;

namespace ApiTokens.Http;

/// <summary>
/// A credential that logs in to get a session: at the first request, shortly before the session expires, and after the service
/// has ended it. Concurrent requests share one login and its failure.
/// </summary>
internal sealed class LoginCredential(Func<CancellationToken, Task<LoginResult>> login, TimeProvider time, SecureString? password)
    : ServiceCredential
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    // Requests of the same run that arrive just after a rejected login share it too: many wrong passwords can lock an account.
    private static readonly TimeSpan RejectionLifetime = TimeSpan.FromMinutes(1);

    private readonly object _lock = new();
    private LoginResult? _session;
    private bool _isRejected;
    private SharedLogin? _pending;
    private ApiTokenException? _rejection;
    private DateTimeOffset _rejectedAt;

    public override SecureString? Secret => _session?.Secret;

    public override IEnumerable<SecureString?> KnownSecrets => [Secret, password];

    public override async ValueTask AuthenticateAsync(HttpRequestHeaders headers, CancellationToken cancellationToken) =>
        headers.Authorization = Header(await GetSessionAsync(cancellationToken).ConfigureAwait(false));

    // A request that was sent with an earlier session does not end the current one.
    public override bool OnRejected(AuthenticationHeaderValue header)
    {
        lock (_lock)
        {
            _isRejected |= _session is not null && Header(_session).Equals(header);
            return true;
        }
    }

    private bool IsSessionValid => _session is not null && !_isRejected && !(_session.ValidUntil - Margin <= time.GetUtcNow());

    private static AuthenticationHeaderValue Header(LoginResult session) => new("Bearer", SecretText.ToPlainText(session.Secret));

    private async Task<LoginResult> GetSessionAsync(CancellationToken cancellationToken)
    {
        SharedLogin pending;
        lock (_lock)
        {
            if (IsSessionValid)
            {
                return _session!;
            }

            if (_rejection is not null && time.GetUtcNow() - _rejectedAt < RejectionLifetime)
            {
                throw _rejection;
            }

            pending = _pending ??= new SharedLogin(LoginAsync, new CancellationTokenSource());
            pending.Waiters++;
        }

        try
        {
            return await pending.Login.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(pending);
        }
    }

    private async Task<LoginResult> LoginAsync(SharedLogin shared, CancellationToken cancellationToken)
    {
        LoginResult? session = null;
        ApiTokenException? rejection = null;
        try
        {
            session = await login(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.AuthenticationError)
        {
            rejection = e;
            throw;
        }
        finally
        {
            lock (_lock)
            {
                // A rejected session is kept until it is replaced, because responses may quote it.
                _session = session ?? _session;
                _isRejected &= session is null;
                _rejection = rejection;
                _rejectedAt = time.GetUtcNow();
                _pending = _pending == shared ? null : _pending;
            }
        }
    }

    // A login that nobody waits for is cancelled, because no request may start after a stop.
    private void Leave(SharedLogin pending)
    {
        lock (_lock)
        {
            if (--pending.Waiters > 0)
            {
                return;
            }

            _pending = _pending == pending ? null : _pending;
        }

        pending.Cancel();
    }

    /// <summary>A login that several requests wait for. It starts when the first of them waits.</summary>
    private sealed class SharedLogin
    {
        private readonly CancellationTokenSource _cancellation;
        private readonly Lazy<Task<LoginResult>> _login;

        public SharedLogin(Func<SharedLogin, CancellationToken, Task<LoginResult>> login, CancellationTokenSource cancellation)
        {
            _cancellation = cancellation;
            _login = new Lazy<Task<LoginResult>>(() => login(this, cancellation.Token));
        }

        /// <summary>The number of requests that wait; the owner's lock protects it.</summary>
        public int Waiters { get; set; }

        public Task<LoginResult> Login => _login.Value;

        public void Cancel() => _cancellation.Cancel();
    }
}

/// <summary>The result of a login.</summary>
/// <param name="Secret">The bearer token.</param>
/// <param name="ValidUntil">The time when it expires; null if that is not known.</param>
internal sealed record LoginResult(SecureString Secret, DateTimeOffset? ValidUntil);
