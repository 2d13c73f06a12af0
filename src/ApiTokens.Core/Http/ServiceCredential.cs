using System.Net.Http.Headers;
using System.Security;

namespace ApiTokens.Http;

/// <summary>Authenticates the requests of a connection. The header is created for each request and not kept.</summary>
internal abstract class ServiceCredential
{
    /// <summary>The current secret, for redaction and to identify the connection's own token.</summary>
    public abstract SecureString? Secret { get; }

    /// <summary>All secrets that a response of the service could quote: the current one, and the password of a login.</summary>
    public virtual IEnumerable<SecureString?> KnownSecrets => [Secret];

    /// <summary>Adds the credential to a request.</summary>
    public abstract ValueTask AuthenticateAsync(HttpRequestHeaders headers, CancellationToken cancellationToken);

    /// <summary>Records that the service rejected a header with 401.</summary>
    /// <returns>True if another header may be accepted, so that the request can be repeated.</returns>
    public virtual bool OnRejected(AuthenticationHeaderValue header) => false;
}

/// <summary>A credential with a secret, which can be replaced while requests are under way.</summary>
internal sealed class SecretCredential(string scheme, SecureString secret) : ServiceCredential
{
    private SecureString[] _secrets = [secret];

    public override SecureString? Secret => Volatile.Read(ref _secrets)[0];

    // A response may still quote an earlier secret.
    public override IEnumerable<SecureString?> KnownSecrets => Volatile.Read(ref _secrets);

    /// <summary>Authenticates further requests with another secret.</summary>
    public void Replace(SecureString secret) => Volatile.Write(ref _secrets, [secret, .. _secrets]);

    public override ValueTask AuthenticateAsync(HttpRequestHeaders headers, CancellationToken cancellationToken)
    {
        headers.Authorization = Header(Secret!);
        return default;
    }

    // A request that was sent with an earlier secret is repeated with the current one.
    public override bool OnRejected(AuthenticationHeaderValue header) => !Header(Secret!).Equals(header);

    private AuthenticationHeaderValue Header(SecureString secret) => new(scheme, SecretText.ToPlainText(secret));
}

/// <summary>A credential with a fixed secret in a header other than <c>Authorization</c>.</summary>
internal sealed class HeaderCredential(string name, SecureString secret) : ServiceCredential
{
    public override SecureString? Secret => secret;

    public override ValueTask AuthenticateAsync(HttpRequestHeaders headers, CancellationToken cancellationToken)
    {
        headers.TryAddWithoutValidation(name, SecretText.ToPlainText(secret));
        return default;
    }
}
