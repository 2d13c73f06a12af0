using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>
/// Finds the tokens that leaked secrets belong to. A secret is searched for only at services whose format it has, and is sent to a
/// service only if <see cref="Probe"/> is set. Without it, a token whose id a secret contains is a candidate, and all connections are
/// searched for others.
/// </summary>
/// <remarks>Add secrets until <see cref="IsFull"/>, call <see cref="Run"/> and <see cref="TakeUnattributed"/>, and repeat.</remarks>
public sealed partial class SecretSearch : IDisposable
{
    private const int ConcurrentProbes = 8;

    // Some services read all their tokens for each run, so a run has as many secrets as fit into some ten megabytes.
    private const int MaxSecrets = 60_000;
    private const int MaxCharacters = 8 * 1024 * 1024;

    private readonly IReadOnlyList<TokenConnection> _connections;
    private readonly List<LeakCandidate> _secrets = [];
    private readonly TextSet _texts = new();
    private readonly Dictionary<TokenIdentity, bool> _reported = [];
    private long _characters;

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

    /// <summary>Whether the search must run before more secrets are added.</summary>
    public bool IsFull => _secrets.Count >= MaxSecrets || _characters >= MaxCharacters;

    /// <summary>Adds a secret. Duplicates are ignored.</summary>
    /// <param name="secret">The secret. It may be disposed afterwards.</param>
    /// <returns>The error about a value that is not a secret of any service; null if it is searched for, or was added before.</returns>
    public ApiTokenException? Add(LeakedSecret secret)
    {
        string text = SecretText.ToPlainText(secret.Secret);
        if (!_texts.Add(text))
        {
            return null;
        }

        var candidate = new LeakCandidate(secret.Source, text, SecretForms.ServicesOf(text));
        foreach (TokenConnection connection in _connections.Where(connection => connection.Tokens.IsOwnSecret(secret.Secret)))
        {
            candidate.AddOwnOf(connection);
        }

        if (candidate.Services.Count == 0 && candidate.OwnOf.Count == 0)
        {
            return CreateError(candidate);
        }

        _secrets.Add(candidate);
        _characters += text.Length;
        return null;
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
            LeakCandidate[] candidates = [.. _secrets.Where(secret => !secret.IsFound && IsSearched(secret, connection))];
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

    /// <summary>After a run: returns the secrets for which no token was found, and removes all secrets.</summary>
    /// <returns>The locations of the secrets, each with an error that does not contain the secret.</returns>
    public IReadOnlyList<(string Source, ApiTokenException Error)> TakeUnattributed()
    {
        (string, ApiTokenException)[] errors =
        [
            .. _secrets.Where(secret => !secret.IsFound && !secret.HasCandidate).Select(secret => (secret.Source, CreateError(secret))),
        ];
        _secrets.Clear();
        _characters = 0;
        return errors;
    }

    /// <summary>Ends the search.</summary>
    public void Dispose() => _texts.Dispose();

    // The comparison sends nothing, so it includes the connection's own credential regardless of its format.
    private static bool IsSearched(LeakCandidate secret, TokenConnection connection) =>
        secret.OwnOf.Contains(connection) || secret.Services.Any(service => service.Name == connection.Service);

    private async IAsyncEnumerable<SearchEvent> SearchAsync(
        TokenConnection connection, LeakCandidate[] secrets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (LeakCandidate secret in secrets)
        {
            secret.AddSearched(connection);
        }

        var unproven = new Dictionary<LeakCandidate, SearchStep>();
        IAsyncEnumerator<SearchStep> steps = connection.Tokens
            .FindBySecretAsync(new CandidateSecrets(secrets), MaximumReads, cancellationToken)
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
                    secret!.AddNote(note);
                }
                else if (secret is null)
                {
                    yield return new SearchEvent(connection) { Read = step.Read, Total = step.Total };
                }
                else if (Probe && !FoundToken.IsProof(step.MatchedBy))
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
                secret.AddNote($"The connection '{connection.Name}' could not be searched.");
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
        ApiToken? suggested = candidate?.Token;
        SecretCheck check = await connection.Tokens.CheckSecretAsync(secret.ToSecret(), suggested, cancellationToken).ConfigureAwait(false);
        secret.AddProbe(check.State == SecretState.Refused);
        if (check.State != SecretState.Accepted)
        {
            secret.AddNote(NoteOf(connection, check, suggested));
            return null;
        }

        if (check.Account is { } account && account != connection.Account)
        {
            secret.AddNote(
                $"{connection.Service} accepts it for the account {check.Account}, not for {connection.Account}. Connect to that account.");
            return null;
        }

        if (check.TokenId is not { } id)
        {
            if (suggested is not null)
            {
                return Report(connection, secret, suggested, MatchedBy.Probe);
            }

            secret.AddNote($"The connection '{connection.Name}' accepts the secret, but the service does not return its token.");
            return null;
        }

        return await ReadAsync(connection, id, suggested, secret, cancellationToken).ConfigureAwait(false) is { } token
            ? Report(connection, secret, token, MatchedBy.Probe)
            : null;
    }

    // Anybody can write a value that contains the id of a token. So what the value suggests is only a note.
    private static string NoteOf(TokenConnection connection, SecretCheck check, ApiToken? suggested)
    {
        string result = check switch
        {
            { State: SecretState.Refused } =>
                $"{connection.Service} refused it (401) on the connection '{connection.Name}', so it does not work",
            { Error: { } error } => $"The connection '{connection.Name}' could not test it: {error.Message.TrimEnd('.')}",
            _ => $"The connection '{connection.Name}' has no request that can test it",
        };
        string which = suggested switch
        {
            null => string.Empty,
            { Status: TokenStatus.Active } => $"It suggests the active token {suggested}, which is not proven. ",
            _ => $"It suggests the token {suggested}, which is {suggested.Status.ToString().ToLowerInvariant()}. ",
        };
        return $"{which}{result}.";
    }

    private static async Task<ApiToken?> ReadAsync(
        TokenConnection connection, string id, ApiToken? suggested, LeakCandidate secret, CancellationToken cancellationToken)
    {
        if (suggested is not null && TokenIdentity.Of(suggested) == connection.GetIdentity(id))
        {
            return suggested;
        }

        try
        {
            return await connection.Tokens.GetAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e)
        {
            secret.AddNote(
                $"The connection '{connection.Name}' accepts it as the secret of the token {id}, which could not be read: {e.Message}");
            return null;
        }
    }

    // Several secrets or connections can lead to the same token. It is reported once.
    private SearchEvent? Report(TokenConnection connection, LeakCandidate secret, ApiToken token, MatchedBy matchedBy)
    {
        bool own = secret.OwnOf.Contains(connection);
        MatchedBy evidence = own && matchedBy is (MatchedBy.Form or MatchedBy.Claims) ? MatchedBy.Credential : matchedBy;
        bool proven = FoundToken.IsProof(evidence);
        secret.IsFound |= proven;
        secret.HasCandidate |= !proven;
        TokenIdentity identity = connection.GetIdentity(token.Id);
        lock (_reported)
        {
            // A candidate is reported again once another secret proves the token.
            if (_reported.TryGetValue(identity, out bool wasProven) && (wasProven || !proven))
            {
                return null;
            }

            _reported[identity] = proven;
            return new SearchEvent(connection) { Found = new FoundToken(token, secret.Source, evidence, own) };
        }
    }
}
