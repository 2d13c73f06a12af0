using System.Net.Http.Headers;
using System.Security;

namespace ApiTokens.Http;

/// <summary>Authenticates the requests of a connection. The header is created for each request and not kept.</summary>
internal abstract class ServiceCredential
{
    /// <summary>The current secret, for redaction and to identify the connection's own token.</summary>
    public abstract SecureString? Secret { get; }

    public abstract ValueTask<AuthenticationHeaderValue> GetHeaderAsync(CancellationToken cancellationToken);
}

/// <summary>A credential with a fixed secret.</summary>
internal sealed class SecretCredential(string scheme, SecureString secret) : ServiceCredential
{
    public override SecureString? Secret => secret;

    public override ValueTask<AuthenticationHeaderValue> GetHeaderAsync(CancellationToken cancellationToken) =>
        new(new AuthenticationHeaderValue(scheme, SecretText.ToPlainText(secret)));
}

/// <summary>A credential that logs in to get a secret, and again shortly before the secret expires.</summary>
internal sealed class LoginCredential(Func<CancellationToken, Task<LoginResult>> login, TimeProvider time) : ServiceCredential
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _loginLock = new(1, 1);
    private LoginResult? _current;

    public override SecureString? Secret => _current?.Secret;

    public override async ValueTask<AuthenticationHeaderValue> GetHeaderAsync(CancellationToken cancellationToken)
    {
        await _loginLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current is null || _current.ValidUntil - Margin <= time.GetUtcNow())
            {
                _current = await login(cancellationToken).ConfigureAwait(false);
            }

            return new AuthenticationHeaderValue("Bearer", SecretText.ToPlainText(_current.Secret));
        }
        finally
        {
            _loginLock.Release();
        }
    }
}

/// <summary>The result of a login.</summary>
/// <param name="Secret">The bearer token.</param>
/// <param name="ValidUntil">The time when it expires; null if that is not known.</param>
internal sealed record LoginResult(SecureString Secret, DateTimeOffset? ValidUntil);
