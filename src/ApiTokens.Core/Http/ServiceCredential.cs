using System.Net.Http.Headers;
using System.Security;

namespace ApiTokens.Http;

/// <summary>What authenticates the requests of a connection. The header is made for each request and not kept.</summary>
internal abstract class ServiceCredential
{
    /// <summary>The secret in use, for redaction and for telling the connection's own token.</summary>
    public abstract SecureString? Secret { get; }

    public abstract ValueTask<AuthenticationHeaderValue> GetHeaderAsync(CancellationToken cancellationToken);
}

/// <summary>A secret that was given.</summary>
internal sealed class SecretCredential(string scheme, SecureString secret) : ServiceCredential
{
    public override SecureString? Secret => secret;

    public override ValueTask<AuthenticationHeaderValue> GetHeaderAsync(CancellationToken cancellationToken) =>
        new(new AuthenticationHeaderValue(scheme, SecretText.ToPlainText(secret)));
}

/// <summary>A secret that a login gives, and gives anew shortly before it ends.</summary>
internal sealed class LoginCredential(Func<CancellationToken, Task<LoginResult>> login, TimeProvider time) : ServiceCredential
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _oneLogin = new(1, 1);
    private LoginResult? _current;

    public override SecureString? Secret => _current?.Secret;

    public override async ValueTask<AuthenticationHeaderValue> GetHeaderAsync(CancellationToken cancellationToken)
    {
        await _oneLogin.WaitAsync(cancellationToken).ConfigureAwait(false);
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
            _oneLogin.Release();
        }
    }
}
/// <summary>What a login gave.</summary>
/// <param name="Secret">The bearer secret.</param>
/// <param name="ValidUntil">How long it holds; null for no known end.</param>
internal sealed record LoginResult(SecureString Secret, DateTimeOffset? ValidUntil);
