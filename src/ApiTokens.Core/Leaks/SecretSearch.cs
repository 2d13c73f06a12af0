using System.Globalization;
using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>
/// Finds the tokens that leaked secrets belong to. A secret is only looked for where its form fits, and is sent to a service
/// only when asked to probe.
/// </summary>
public sealed class SecretSearch
{
    private const int ProbesAtOnce = 8;

    private static readonly Advice NotFound = $"It may belong to another account, have expired, or not be a secret. {Field.Probe} asks the service itself, which sends the secret to it.";
    private static readonly Advice NotFoundByProbe = "It may belong to another account, have expired, or not be a secret. Connect to the other accounts, then search again.";

    private readonly IReadOnlyList<TokenConnection> _connections;
    private readonly List<LeakCandidate> _secrets = [];
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string, Uri, string)> _emitted = [];

    /// <summary>Prepares a search.</summary>
    /// <param name="connections">Where to look.</param>
    public SecretSearch(IReadOnlyList<TokenConnection> connections)
    {
        _connections = connections;
    }

    /// <summary>Whether secrets may be sent to the services whose form they have.</summary>
    public bool Probe { get; init; }

    /// <summary>The most tokens to read, for each connection, where each has to be read to compare.</summary>
    public int MaximumReads { get; init; } = 10_000;

    /// <summary>Adds a secret; one that was added before is looked up once.</summary>
    /// <param name="secret">The secret.</param>
    public void Add(LeakedSecret secret)
    {
        string text = SecretText.ToPlainText(secret.Secret);
        if (_texts.Add(text))
        {
            _secrets.Add(new LeakCandidate(secret, text.Length, SecretForms.ServicesOf(text)));
        }
    }

    /// <summary>Searches as <see cref="RunAsync"/> does and blocks the calling thread until each event arrives.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What is found, what fails, and how far it is.</returns>
    public IEnumerable<SearchEvent> Run(CancellationToken cancellationToken) => BlockingList.Block(RunAsync(cancellationToken), cancellationToken);

    /// <summary>Searches, one connection after the other.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What is found, what fails, and how far it is.</returns>
    public async IAsyncEnumerable<SearchEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (TokenConnection connection in _connections)
        {
            LeakCandidate[] fitting = [.. _secrets.Where(secret => !secret.IsFound && Fits(secret, connection))];
            if (fitting.Length == 0)
            {
                continue;
            }

            await foreach (SearchEvent step in SearchAsync(connection, fitting, cancellationToken).ConfigureAwait(false))
            {
                yield return step;
            }
        }
    }

    /// <summary>After the search: the secrets whose token was not found.</summary>
    /// <returns>For each an error, without the secret.</returns>
    public IEnumerable<(LeakedSecret Secret, ApiTokenException Error)> Unattributed() =>
        _secrets.Where(secret => !secret.IsFound).Select(secret => (secret.Leaked, Explain(secret)));

    private static bool Fits(LeakCandidate secret, TokenConnection connection)
    {
        // Comparing sends nothing, so the connection's own credential is known whatever its form.
        if (connection.Tokens.IsOwnSecret(secret.Leaked.Secret))
        {
            secret.OwnOf.Add(connection);
            return true;
        }

        return secret.Services.Any(service => service.Name == connection.Service);
    }

    private async IAsyncEnumerable<SearchEvent> SearchAsync(TokenConnection connection, LeakCandidate[] fitting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (LeakCandidate secret in fitting)
        {
            secret.LookedIn.Add(connection.Name);
        }

        var candidates = new Dictionary<LeakCandidate, SearchStep>();
        IAsyncEnumerator<SearchStep> steps = connection.Tokens
            .FindBySecretAsync([.. fitting.Select(secret => secret.Leaked.Secret)], MaximumReads, cancellationToken)
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

                LeakCandidate? secret = step.Secret >= 0 ? fitting[step.Secret] : null;
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
                    candidates[secret] = step;
                }
                else if (Take(connection, secret, step.Token!, step.MatchedBy) is { } found)
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
            foreach (LeakCandidate secret in fitting)
            {
                secret.Notes.Add($"The search on {connection.Name} failed.");
            }

            yield return new SearchEvent(connection) { Error = failure };
        }

        if (!Probe)
        {
            yield break;
        }

        LeakCandidate[] open = [.. fitting.Where(secret => !secret.IsFound)];
        for (int i = 0; i < open.Length; i += ProbesAtOnce)
        {
            LeakCandidate[] some = [.. open.Skip(i).Take(ProbesAtOnce)];
            SearchEvent?[] events = await Task.WhenAll(some.Select(secret => ProbeAsync(
                connection, secret, candidates.TryGetValue(secret, out SearchStep? step) ? step : null, cancellationToken))).ConfigureAwait(false);
            foreach (SearchEvent found in events.OfType<SearchEvent>())
            {
                yield return found;
            }
        }
    }

    private async Task<SearchEvent?> ProbeAsync(TokenConnection connection, LeakCandidate secret, SearchStep? candidate, CancellationToken cancellationToken)
    {
        SecretCheck check = await connection.Tokens.CheckSecretAsync(secret.Leaked.Secret, candidate?.Token, cancellationToken).ConfigureAwait(false);
        bool otherAccount = check.Account is { } account && account != connection.Account;
        switch (check.State)
        {
            case SecretState.Accepted when otherAccount:
                secret.Notes.Add($"{connection.Service} accepts it, for the account {check.Account}, and not for {connection.Account}: connect to that account.");
                return null;
            case SecretState.Accepted when check.TokenId is { } id && await ReadAsync(connection, id, candidate, secret, cancellationToken).ConfigureAwait(false) is { } token:
                return Take(connection, secret, token, MatchedBy.Probe);
            case SecretState.Accepted when check.TokenId is null && candidate is null:
                secret.Notes.Add($"{connection.Name} accepts it, and does not say which token it is: it works, find out whose it is.");
                return null;
            case SecretState.Refused when candidate?.Token is { Status: TokenStatus.Active } other:
                secret.Notes.Add($"It names the token {other}, which is active, and {connection.Name} refuses it: it is not that token's secret.");
                return null;
            default:
                return candidate is null ? null : Take(connection, secret, candidate.Token!, candidate.MatchedBy);
        }
    }

    private static async Task<ApiToken?> ReadAsync(TokenConnection connection, string id, SearchStep? candidate, LeakCandidate secret, CancellationToken cancellationToken)
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
            secret.Notes.Add($"{connection.Name} accepts it as the token {id}, which could not be read: {e.Message}");
            return null;
        }
    }

    // Two secrets, or two connections to one account, can lead to one token: it goes to the pipeline once.
    private SearchEvent? Take(TokenConnection connection, LeakCandidate secret, ApiToken token, MatchedBy matchedBy)
    {
        secret.IsFound = true;
        bool own = secret.OwnOf.Contains(connection);
        lock (_emitted)
        {
            return _emitted.Add((token.Service, token.Account, connection.BaseUri, token.Id))
                ? new SearchEvent(connection) { Found = new FoundToken(token, secret.Leaked, own && matchedBy is (MatchedBy.Form or MatchedBy.Claims) ? MatchedBy.Credential : matchedBy, own) }
                : null;
        }
    }

    private ApiTokenException Explain(LeakCandidate secret)
    {
        string length = secret.Length.ToString(CultureInfo.InvariantCulture);
        string services = string.Join(" or ", secret.Services.Select(service => service.Name));
        if (secret.OwnOf.Count > 0)
        {
            return new ApiTokenException(
                ErrorKind.ObjectNotFound,
                $"{secret.Leaked.Source}: this is the credential of the connection {string.Join(", ", secret.OwnOf)} itself, and not a token that is listed there.",
                "Change that credential where it was issued, then connect again.",
                ErrorIds.OwnCredentialLeaked);
        }

        (string message, Advice advice) = secret switch
        {
            { Services.Count: 0 } => (
                $"a text of {length} characters has the form of no secret of {string.Join(", ", ServiceCatalog.All.Select(service => service.Name))}.",
                "It belongs to something else: find out what, and revoke it there."),
            { LookedIn.Count: 0 } => (
                $"a text of {length} characters has the form of a secret of {services}, and there is no connection to that.",
                "Connect to the account that it may belong to, and search again."),
            _ => (
                $"a text of {length} characters has the form of a secret of {services}, and was found to be no token's of {string.Join(", ", secret.LookedIn)}.",
                Probe ? NotFoundByProbe : NotFound),
        };
        string notes = string.Concat(secret.Notes.Distinct().Select(note => $" {note}"));
        return new ApiTokenException(ErrorKind.ObjectNotFound, $"{secret.Leaked.Source}: {message}{notes}", advice, ErrorIds.SecretNotAttributed);
    }

    private sealed record LeakCandidate(LeakedSecret Leaked, int Length, IReadOnlyList<ServiceDefinition> Services)
    {
        public bool IsFound { get; set; }

        public List<string> LookedIn { get; } = [];

        public List<TokenConnection> OwnOf { get; } = [];

        public List<string> Notes { get; } = [];

        // A record would compare what it holds; each of these is one of its own.
        public bool Equals(LeakCandidate? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
    }
}

/// <summary>What happens during a search.</summary>
/// <param name="Connection">Where.</param>
public sealed record SearchEvent(TokenConnection Connection)
{
    /// <summary>A token that was found.</summary>
    public FoundToken? Found { get; init; }

    /// <summary>The search there failed.</summary>
    public ApiTokenException? Error { get; init; }

    /// <summary>How many tokens were read to compare.</summary>
    public int Read { get; init; }

    /// <summary>Of how many.</summary>
    public int Total { get; init; }
}
