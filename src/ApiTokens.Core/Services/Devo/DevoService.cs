using System.Runtime.CompilerServices;
using System.Security;
using System.Text.Json;
using ApiTokens.Http;

namespace ApiTokens.Services.Devo;

/// <summary>The tokens of one Devo domain (contracts/devo.md, 2.3).</summary>
internal sealed class DevoService(ServiceContext context) : RestTokenService<DevoTokenWire>(
    context, DevoJson.Default.DevoTokenWire, "ws", "accounts", context.Identity.Account, "credentials", "tokens")
{
    private string? _ownId;

    // The list is the cheapest documented request. Reading stops at the first element.
    public override async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        await ReadFirstAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    public override IReadOnlyList<TokenPermission> KnownPermissions =>
    [
        .. DevoRules.DataAudiences.Select(audience => Permission("Audience", audience.Key, audience.Value)),
        Permission("Scope", DevoRules.AllTables, "Full access to every table."),
    ];

    // The list contains no secrets (2.3), so each token is read. The secrets of other users are masked except for their tail (2.2).
    public override async IAsyncEnumerable<SearchStep> FindBySecretAsync(
        IReadOnlyList<SecureString> secrets, int maximumReads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] texts = [.. secrets.Select(SecretText.ToPlainText)];
        var pending = new HashSet<int>(Enumerable.Range(0, texts.Length));
        var maskedMatches = new Dictionary<int, List<ApiToken>>();
        var tokens = new List<ApiToken>();
        await foreach (ApiToken token in ListCoreAsync(TokenFilter.Existing, cancellationToken).ConfigureAwait(false))
        {
            tokens.Add(token);
        }

        // A leaked secret is usually in use, and tokens in use are usually newer.
        tokens = [.. tokens.OrderByDescending(token => token.CreatedAt)];
        int unread = Math.Max(0, tokens.Count - maximumReads);
        int last = tokens.Count - unread;
        for (int start = 0; start < last && pending.Count > 0; start += ConcurrentReads)
        {
            ApiToken[] batch = [.. tokens.Skip(start).Take(Math.Min(ConcurrentReads, last - start))];
            DevoTokenWire?[] wires = await Task.WhenAll(
                batch.Select(token => TryReadWireAsync(token.Id, cancellationToken))).ConfigureAwait(false);
            for (int i = 0; i < batch.Length; i++)
            {
                unread += wires[i] is null ? 1 : 0;
                string? shown = wires[i]?.ShownSecret;
                foreach (int index in pending.Where(index => shown is not null && DevoSecretFormat.MayBe(shown, texts[index])).ToArray())
                {
                    if (wires[i]!.Secret is null)
                    {
                        maskedMatches[index] = [.. maskedMatches.TryGetValue(index, out List<ApiToken>? before) ? before : [], batch[i]];
                    }
                    else
                    {
                        pending.Remove(index);
                        yield return SearchStep.Found(index, batch[i], MatchedBy.Value);
                    }
                }
            }

            yield return new SearchStep { Read = start + batch.Length, Total = last };
        }

        foreach (int index in pending)
        {
            List<ApiToken> found = maskedMatches.TryGetValue(index, out List<ApiToken>? matches) ? matches : [];
            yield return found.Count switch
            {
                1 => SearchStep.Found(index, found[0], MatchedBy.Masked),
                0 when unread == 0 => SearchStep.NotFound(
                    index, $"Not found among the {tokens.Count} tokens of the connection '{Identity.Connection}'."),
                0 => SearchStep.NotFound(
                    index,
                    $"Not found. {unread} of the {tokens.Count} tokens of the connection '{Identity.Connection}' were not read "
                        + $"because of the limit {Field.MaximumReads}."),
                _ => SearchStep.NotFound(
                    index,
                    $"Several tokens have the same last characters: {string.Join(", ", found)}. "
                        + $"The connection '{Identity.Connection}' cannot read their secrets."),
            };
        }
    }

    // Devo documents no request that returns the caller's token. It must have the type "Credentials API" (2.2), which excludes tokens
    // with data audiences only, and its user may read its secret (2.2). So the remaining tokens are read and compared.
    protected override void OnSecretReplaced() => _ownId = null;

    protected override async Task<bool> IsOwnTokenCoreAsync(ApiToken token, CancellationToken cancellationToken)
    {
        if (_ownId is not null)
        {
            return _ownId == token.Id;
        }

        if (token.Audience.Length > 0 && token.Audience.All(DevoRules.DataAudiences.ContainsKey))
        {
            return false;
        }

        DevoTokenWire wire = await ReadAsync(token.Id, cancellationToken).ConfigureAwait(false);
        bool own = wire.ShownSecret is { } value && SecretText.FixedTimeEquals(value, SecretText.ToPlainText(Credential.Secret!));
        _ownId = own ? token.Id : null;
        return own;
    }

    protected override async Task<IssuedToken> GetWithSecretCoreAsync(string id, CancellationToken cancellationToken)
    {
        DevoTokenWire wire = await ReadAsync(id, cancellationToken).ConfigureAwait(false);
        if (wire.Secret is { } value && SecretText.FitsHeader(value))
        {
            return Issued(Map(wire), value);
        }

        // Only the owner and the authorized user see it (2.2).
        string[] people = [.. new[] { wire.Owner, wire.User }.OfType<string>().Where(name => name.Length > 0).Distinct()];
        string shown = people.Length == 0
            ? "Devo does not show it to this connection."
            : "Devo shows it only to its issuer, whom Devo calls owner, and its owner, whom Devo calls user: "
                + $"{string.Join(" and ", people)}.";
        throw new ApiTokenException(
            ErrorKind.PermissionDenied,
            $"The secret of the token {Map(wire)} is masked. {shown}",
            "Connect as one of them. Otherwise, reset the token.",
            ErrorIds.SecretNotShown);
    }

    protected override void ValidateNew(NewTokenRequest request) => DevoRules.Check(request);

    protected override ServiceRequest CreateRequest(NewTokenRequest request) =>
        Post(Path(), DevoRules.Check(request), DevoJson.Default.DevoNewTokenWire, $"create the token '{request.Name}'");

    protected override async Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken)
    {
        DevoTokenWire wire = await Client.GetAsync(
            CreateRequest(request), DevoJson.Default.DevoTokenWire, cancellationToken).ConfigureAwait(false);

        // The response to a create is not documented (2.5). If it has no secret, the token is read.
        ApiToken token = Map(wire);
        if (wire.Secret is { } value && SecretText.FitsHeader(value))
        {
            return Issued(token, value);
        }

        try
        {
            return await GetWithSecretCoreAsync(token.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ApiTokenException or OperationCanceledException)
        {
            throw SecretMissing(token);
        }
    }

    protected override Task<ApiToken?> SetEnabledCoreAsync(string id, bool enabled, CancellationToken cancellationToken)
    {
        string verb = enabled ? "enable" : "disable";
        return ChangeAsync(
            new ServiceRequest(HttpMethod.Put, Path(id, verb)) { Purpose = $"{verb} token {id}", TokenId = id }, cancellationToken);
    }

    protected override Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) =>
        ChangeAsync(
            new ServiceRequest(HttpMethod.Put, Path(id, "rename"))
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new DevoRenameWire { Name = newName }, DevoJson.Default.DevoRenameWire),
                Purpose = $"rename token {id}",
                TokenId = id,
            },
            cancellationToken);

    // A user's data can be read with a token of any type (2.11). The response to a token that does not work is not documented: only a 401
    // rejects it, and a 403 may be due to the role of the token's user.
    protected override async Task<SecretCheck> CheckSecretCoreAsync(
        SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        string? user;
        try
        {
            user = token is null ? await ReadFirstAsync(cancellationToken).ConfigureAwait(false)
                : !string.IsNullOrEmpty(token.Owner) ? token.Owner

                // The response to a create is not documented, and may not name the user (2.5).
                : (await ReadAsync(token.Id, cancellationToken).ConfigureAwait(false)).User;
        }
        catch (ApiTokenException e)
        {
            // This is about the credential of the connection, not about the secret.
            return new SecretCheck(SecretState.Unknown) { Error = e };
        }

        if (string.IsNullOrEmpty(user))
        {
            throw ApiTokenException.InvalidResult("Devo did not return a user whose data can be read to verify the secret.");
        }

        ServiceRequest request = ProveRequest(new HeaderCredential("standAloneToken", secret), "probio", "user", "email", user!);
        DevoUserWire answer = await Client.GetAsync(request, DevoJson.Default.DevoUserWire, cancellationToken).ConfigureAwait(false);
        return string.Equals(answer.Email, user, StringComparison.OrdinalIgnoreCase)
            ? new SecretCheck(SecretState.Accepted) { Account = Identity.Account }
            : throw ApiTokenException.InvalidResult("Devo did not return the data of the user, so the secret is not verified.");
    }

    protected override ApiToken ToToken(DevoTokenWire wire) => new()
    {
        Name = wire.Name ?? string.Empty,
        Status = DevoRules.Status(wire, Time.GetUtcNow()),
        Owner = wire.User,
        Issuer = wire.Owner,
        IssuerKind = wire.Owner is null ? null : IssuerKind.User,
        Scope = Lists.Sequence([wire.Scope ?? string.Empty]),
        Audience = Lists.Words([wire.Audience ?? string.Empty]),
        CreatedAt = wire.Created,
        UpdatedAt = wire.Updated,
        ExpiresAt = wire.Expiration,
    };

    // The response is not documented. It may be the token or empty.
    private async Task<ApiToken?> ChangeAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        DevoTokenWire? wire = await Client.TryGetAsync(request, DevoJson.Default.DevoTokenWire, cancellationToken).ConfigureAwait(false);
        return wire?.Id is null ? null : Map(wire);
    }

    // Returns the user of the first token; null if the domain has no token.
    private async Task<string?> ReadFirstAsync(CancellationToken cancellationToken)
    {
        ServiceRequest list = ListRequest("check the credential", checksConnection: true);
        await foreach (DevoTokenWire first in Client.StreamAsync(list, DevoJson.Default.DevoTokenWire, cancellationToken)
            .ConfigureAwait(false))
        {
            return first.User;
        }

        return null;
    }

    // Returns null if the token cannot be read. It may have been removed since it was listed.
    private async Task<DevoTokenWire?> TryReadWireAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.Kind != ErrorKind.AuthenticationError)
        {
            return null;
        }
    }
}
