using System.Runtime.CompilerServices;
using System.Security;

namespace ApiTokens.Services;

/// <content>Finds the tokens that secrets belong to, by the ids that the secrets contain.</content>
internal abstract partial class TokenService
{
    /// <summary>The number of tokens that a search reads concurrently. The rate limit of the connection also applies.</summary>
    protected const int ConcurrentReads = 16;

    public virtual async IAsyncEnumerable<SearchStep> FindBySecretAsync(
        IReadOnlyList<SecureString> secrets, int maximumReads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int start = 0; start < secrets.Count; start += ConcurrentReads)
        {
            int first = start;
            IEnumerable<Task<SearchStep?>> batch = secrets.Skip(first).Take(ConcurrentReads)
                .Select((secret, i) => FindByIdsAsync(first + i, secret, cancellationToken));
            SearchStep?[] found = await Task.WhenAll(batch).ConfigureAwait(false);
            foreach (SearchStep step in found.OfType<SearchStep>())
            {
                yield return step;
            }
        }
    }

    /// <summary>Reads the token whose id a secret contains. A failure is returned as a note, so that the search can continue.</summary>
    protected async Task<(ApiToken? Token, string? Note)> TryReadAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return (await GetCoreAsync(id, cancellationToken).ConfigureAwait(false), null);
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            return (null, $"The connection '{Identity.Connection}' has no token {id}. It was removed, or it belongs to another account.");
        }
        catch (ApiTokenException e) when (e.Kind != ErrorKind.AuthenticationError)
        {
            return (null, $"The token {id} of the connection '{Identity.Connection}' could not be read: {e.Message}");
        }
    }

    private async Task<SearchStep?> FindByIdsAsync(int index, SecureString secret, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        foreach (string id in TokenIdsIn(secret))
        {
            (ApiToken? token, string? note) = await TryReadAsync(id, cancellationToken).ConfigureAwait(false);
            if (token is not null)
            {
                return SearchStep.Found(index, token, Context.Definition.SecretFormat.MatchedById);
            }

            notes.Add(note!);
        }

        string? summary = notes.Count > 0 ? string.Join(" ", notes) : Context.Definition.SecretFormat.NoTokenIdNote;
        return summary is null ? null : SearchStep.NotFound(index, summary);
    }

    /// <summary>Returns the canonical token ids that a secret contains.</summary>
    protected IReadOnlyCollection<string> TokenIdsIn(SecureString secret) =>
    [
        .. Context.Definition.SecretFormat.TokenIdsIn(SecretText.ToPlainText(secret))
            .Select(Context.Definition.CanonicalId).OfType<string>().Distinct(),
    ];
}
