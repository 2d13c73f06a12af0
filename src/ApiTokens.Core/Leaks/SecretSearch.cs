using System.Globalization;
using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>
/// Finds the tokens that leaked secrets belong to. A secret is searched for only at services whose format it has, and is sent to a
/// service only if <see cref="Probe"/> is set.
/// </summary>
public sealed class SecretSearch
{
    private const int ConcurrentProbes = 8;

    private static readonly Advice NotFound =
        $"It may belong to another account, be expired, or not be a secret. Specify {Field.Probe} to test it by sending it to the service.";

    private static readonly Advice NotFoundByProbe =
        "It may belong to another account, be expired, or not be a secret. Connect to the other accounts, then search again.";

    private readonly IReadOnlyList<TokenConnection> _connections;
    private readonly List<LeakCandidate> _secrets = [];
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string, Uri, string)> _reported = [];

    /// <summary>Creates a search.</summary>
    /// <param name="connections">The connections to search.</param>
    public SecretSearch(IReadOnlyList<TokenConnection> connections)
    {
        _connections = connections;
    }

    /// <summary>Whether secrets may be sent to the services whose format they have.</summary>
    public bool Probe { get; init; }

    /// <summary>The maximum number of tokens to read one by one per connection, if the comparison needs that.</summary>
    public int MaximumReads { get; init; } = 10_000;

    /// <summary>Adds a secret. Duplicates are ignored.</summary>
    /// <param name="secret">The secret.</param>
    public void Add(LeakedSecret secret)
    {
        string text = SecretText.ToPlainText(secret.Secret);
        if (_texts.Add(text))
        {
            _secrets.Add(new LeakCandidate(secret, text.Length, SecretForms.ServicesOf(text)));
        }
    }

    /// <summary>Searches like <see cref="RunAsync"/> and blocks the calling thread until each event arrives.</summary>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The tokens found, errors and progress.</returns>
    public IEnumerable<SearchEvent> Run(CancellationToken cancellationToken) =>
        BlockingList.Block(RunAsync(cancellationToken), cancellationToken);

    /// <summary>Searches the connections one after the other.</summary>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The tokens found, errors and progress.</returns>
    public async IAsyncEnumerable<SearchEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (TokenConnection connection in _connections)
        {
            LeakCandidate[] candidates = [.. _secrets.Where(secret => !secret.IsFound && IsCandidate(secret, connection))];
            if (candidates.Length == 0)
            {
                continue;
            }

            await foreach (SearchEvent step in SearchAsync(connection, candidates, cancellationToken).ConfigureAwait(false))
            {
                yield return step;
            }
        }
    }

    /// <summary>After the search: returns the secrets whose token was not found.</summary>
    /// <returns>The secrets, each with an error that does not contain the secret.</returns>
    public IEnumerable<(LeakedSecret Secret, ApiTokenException Error)> Unattributed() =>
        _secrets.Where(secret => !secret.IsFound).Select(secret => (secret.Leaked, CreateError(secret)));

    private static bool IsCandidate(LeakCandidate secret, TokenConnection connection)
    {
        // The comparison sends nothing, so it includes the connection's own credential regardless of its format.
        if (connection.Tokens.IsOwnSecret(secret.Leaked.Secret))
        {
            secret.OwnOf.Add(connection);
            return true;
        }

        return secret.Services.Any(service => service.Name == connection.Service);
    }

    private async IAsyncEnumerable<SearchEvent> SearchAsync(
        TokenConnection connection, LeakCandidate[] secrets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (LeakCandidate secret in secrets)
        {
            secret.SearchedConnections.Add(connection.Name);
        }

        var unproven = new Dictionary<LeakCandidate, SearchStep>();
        IAsyncEnumerator<SearchStep> steps = connection.Tokens
            .FindBySecretAsync([.. secrets.Select(secret => secret.Leaked.Secret)], MaximumReads, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        ApiTokenException? failure = null;
        try
        {
            while (failure is null)
            {
                SearchStep? step = null;
                try
                {
                    step = await steps.MoveNextAsync().ConfigureAwait(false) ? steps.Current : null;
                }
                catch (ApiTokenException e)
                {
                    failure = e;
                }

                if (step is null)
                {
                    break;
                }

                LeakCandidate? secret = step.Secret >= 0 ? secrets[step.Secret] : null;
                if (step.Note is { } note)
                {
                    secret!.Notes.Add(note);
                }
                else if (secret is null)
                {
                    yield return new SearchEvent(connection) { Read = step.Read, Total = step.Total };
                }
                else if (Probe && step.MatchedBy is not (MatchedBy.Value or MatchedBy.Credential))
                {
                    unproven[secret] = step;
                }
                else if (Report(connection, secret, step.Token!, step.MatchedBy) is { } found)
                {
                    yield return found;
                }
            }
        }
        finally
        {
            await steps.DisposeAsync().ConfigureAwait(false);
        }

        if (failure is not null)
        {
            foreach (LeakCandidate secret in secrets)
            {
                secret.Notes.Add($"The connection '{connection.Name}' could not be searched.");
            }

            yield return new SearchEvent(connection) { Error = failure };
        }

        if (!Probe)
        {
            yield break;
        }

        LeakCandidate[] remaining = [.. secrets.Where(secret => !secret.IsFound)];
        for (int i = 0; i < remaining.Length; i += ConcurrentProbes)
        {
            IEnumerable<Task<SearchEvent?>> probes = remaining.Skip(i).Take(ConcurrentProbes).Select(secret => ProbeAsync(
                connection, secret, unproven.TryGetValue(secret, out SearchStep? step) ? step : null, cancellationToken));
            SearchEvent?[] events = await Task.WhenAll(probes).ConfigureAwait(false);
            foreach (SearchEvent found in events.OfType<SearchEvent>())
            {
                yield return found;
            }
        }
    }

    private async Task<SearchEvent?> ProbeAsync(
        TokenConnection connection, LeakCandidate secret, SearchStep? candidate, CancellationToken cancellationToken)
    {
        SecretCheck check = await connection.Tokens.CheckSecretAsync(secret.Leaked.Secret, candidate?.Token, cancellationToken)
            .ConfigureAwait(false);
        bool otherAccount = check.Account is { } account && account != connection.Account;
        switch (check.State)
        {
            case SecretState.Accepted when otherAccount:
                secret.Notes.Add(
                    $"{connection.Service} accepts it for the account {check.Account}, not for {connection.Account}. "
                        + "Connect to that account.");
                return null;
            case SecretState.Accepted when check.TokenId is { } id
                && await ReadAsync(connection, id, candidate, secret, cancellationToken).ConfigureAwait(false) is { } token:
                return Report(connection, secret, token, MatchedBy.Probe);
            case SecretState.Accepted when check.TokenId is null && candidate is null:
                secret.Notes.Add($"The connection '{connection.Name}' accepts the secret, but the service does not return its token.");
                return null;
            case SecretState.Refused when candidate?.Token is { Status: TokenStatus.Active } other:
                secret.Notes.Add(
                    $"It contains the id of the active token {other}, but the connection '{connection.Name}' rejects it. It is not the "
                        + "secret of that token.");
                return null;
            default:
                return candidate is null ? null : Report(connection, secret, candidate.Token!, candidate.MatchedBy);
        }
    }

    private static async Task<ApiToken?> ReadAsync(
        TokenConnection connection, string id, SearchStep? candidate, LeakCandidate secret, CancellationToken cancellationToken)
    {
        if (candidate?.Token?.Id == id)
        {
            return candidate.Token;
        }

        try
        {
            return await connection.Tokens.GetAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e)
        {
            secret.Notes.Add(
                $"The connection '{connection.Name}' accepts it as the secret of the token {id}, which could not be read: {e.Message}");
            return null;
        }
    }

    // Several secrets or connections can lead to the same token. It is reported once.
    private SearchEvent? Report(TokenConnection connection, LeakCandidate secret, ApiToken token, MatchedBy matchedBy)
    {
        secret.IsFound = true;
        bool own = secret.OwnOf.Contains(connection);
        MatchedBy evidence = own && matchedBy is (MatchedBy.Form or MatchedBy.Claims) ? MatchedBy.Credential : matchedBy;
        lock (_reported)
        {
            return _reported.Add((token.Service, token.Account, connection.BaseUri, token.Id))
                ? new SearchEvent(connection) { Found = new FoundToken(token, secret.Leaked, evidence, own) }
                : null;
        }
    }

    private ApiTokenException CreateError(LeakCandidate secret)
    {
        string length = secret.Length.ToString(CultureInfo.InvariantCulture);
        string services = string.Join(" or ", secret.Services.Select(service => service.Name));
        if (secret.OwnOf.Count > 0)
        {
            return new ApiTokenException(
                ErrorKind.ObjectNotFound,
                $"{secret.Leaked.Source}: this is the credential of the connection "
                    + $"{string.Join(", ", secret.OwnOf)}, and no listed token has it.",
                "Change the credential at its issuer, then connect again.",
                ErrorIds.OwnCredentialLeaked);
        }

        (string message, Advice advice) = secret switch
        {
            { Services.Count: 0 } => (
                $"a value of {length} characters does not have the format of a secret of "
                    + $"{string.Join(", ", ServiceCatalog.All.Select(service => service.Name))}.",
                "If it is a secret of another service, revoke it there."),
            { SearchedConnections.Count: 0 } => (
                $"a value of {length} characters has the format of a {services} secret, but there is no connection to {services}.",
                "Connect to the account that it may belong to, then search again."),
            _ => (
                $"a value of {length} characters has the format of a {services} secret, "
                    + $"but no token of {string.Join(", ", secret.SearchedConnections)} matches it.",
                Probe ? NotFoundByProbe : NotFound),
        };
        IEnumerable<string> descriptions = secret.Services
            .Select(service => service.SecretFormat.Describe(SecretText.ToPlainText(secret.Leaked.Secret))).OfType<string>();
        string notes = string.Concat(secret.Notes.Concat(descriptions).Distinct().Select(note => $" {note}"));
        return new ApiTokenException(
            ErrorKind.ObjectNotFound, $"{secret.Leaked.Source}: {message}{notes}", advice, ErrorIds.SecretNotAttributed);
    }
}
