using System.Security;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.SampleService.Service;

/// <summary>The tokens of one Acme account (contract.md).</summary>
internal sealed class AcmeService(ServiceContext context)
    : RestTokenService<AcmeTokenWire>(context, AcmeJson.Default.AcmeTokenWire, "accounts", context.Identity.Account, "tokens")
{
    private static readonly string[] Scopes = ["read", "write", "manage"];

    public override IReadOnlyList<TokenPermission> KnownPermissions => [.. Scopes.Select(scope => Permission("Scope", scope))];

    public override async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        await WhoAmIAsync(credential: null, cancellationToken).ConfigureAwait(false);
        return null;
    }

    protected override void ValidateNew(NewTokenRequest request)
    {
        string[] scopes = Lists.Words(request.Scope);
        if (scopes.Length == 0 || scopes.Except(Scopes).Any())
        {
            string help = $"Specify at least one of {string.Join(", ", Scopes)}.";
            throw ApiTokenException.InvalidParameter("Scope", $"'{string.Join(" ", scopes)}' is not a list of Acme's scopes.", help);
        }
    }

    protected override ServiceRequest CreateRequest(NewTokenRequest request) => Post(
        Path(),
        new AcmeNewTokenWire(request.Name, Lists.Words(request.Scope), request.Expiry.GetExpiration(Time.GetUtcNow())),
        AcmeJson.Default.AcmeNewTokenWire, $"create the token '{request.Name}'");

    protected override Task<ApiToken?> SetEnabledCoreAsync(string id, bool enabled, CancellationToken cancellationToken) => PatchAsync(
        id, new AcmeChangeWire(enabled ? "active" : "disabled"), AcmeJson.Default.AcmeChangeWire,
        $"{(enabled ? "enable" : "disable")} token {id}", cancellationToken);

    protected override async Task<SecretCheck> CheckSecretCoreAsync(
        SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        AcmeTokenWire me = await WhoAmIAsync(new SecretCredential("Bearer", secret), cancellationToken).ConfigureAwait(false);
        return new SecretCheck(SecretState.Accepted) { Account = Identity.Account, TokenId = me.Id };
    }

    protected override ApiToken ToToken(AcmeTokenWire wire, string id) => new(Origin)
    {
        Id = id,
        Name = wire.Name ?? string.Empty,
        Status = StatusOf(wire),
        Scope = wire.Scopes ?? [],
        CreatedAt = wire.CreatedAt,
        ExpiresAt = wire.ExpiresAt,
    };

    // An expired token keeps its status (contract.md, 3), so the clock comes first.
    private TokenStatus StatusOf(AcmeTokenWire wire) => wire switch
    {
        { ExpiresAt: { } end } when end <= Time.GetUtcNow() => TokenStatus.Expired,
        { Status: "disabled" } => TokenStatus.Inactive,
        _ => TokenStatus.Active,
    };

    private Task<AcmeTokenWire> WhoAmIAsync(ServiceCredential? credential, CancellationToken cancellationToken) => Client.GetAsync(
        ProveRequest(credential, "accounts", Identity.Account, "me"), AcmeJson.Default.AcmeTokenWire, cancellationToken);
}
