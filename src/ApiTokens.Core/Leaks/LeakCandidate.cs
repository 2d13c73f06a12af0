using System.Collections;
using System.Security;
using System.Text;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>
/// A possible secret, and what the search knows about it so far. A file may have a million of them, so it is small, and it holds a
/// <see cref="SecureString"/> only while a service compares it.
/// </summary>
internal sealed class LeakCandidate(string source, string text, IReadOnlyList<ServiceDefinition> services)
{
    private readonly byte[] _text = Encoding.UTF8.GetBytes(text);
    private List<string>? _notes;
    private List<string>? _searchedConnections;
    private List<TokenConnection>? _ownOf;
    private int _probes;
    private int _refusals;

    public string Source { get; } = source;

    public int Length { get; } = text.Length;

    public IReadOnlyList<ServiceDefinition> Services { get; } = services;

    /// <summary>Whether the service proved that the secret belongs to a token.</summary>
    public bool IsFound { get; set; }

    /// <summary>Whether a token was returned as a candidate.</summary>
    public bool HasCandidate { get; set; }

    /// <summary>Whether each service that was asked refused the secret.</summary>
    public bool IsRefused => _refusals > 0 && _refusals == _probes;

    /// <summary>The canonical ids of tokens that the secret contains.</summary>
    public IReadOnlyList<string> TokenIds =>
    [
        .. Services.SelectMany(service => service.SecretFormat.TokenIdsIn(Text).Select(service.CanonicalId)).OfType<string>().Distinct(),
    ];

    public IReadOnlyList<string> Notes => _notes ?? [];

    public IReadOnlyList<string> SearchedConnections => _searchedConnections ?? [];

    /// <summary>The connections that authenticate with the secret.</summary>
    public IReadOnlyList<TokenConnection> OwnOf => _ownOf ?? [];

    private string Text => Encoding.UTF8.GetString(_text);

    public SecureString ToSecret() => SecretText.ToSecureString(Text);

    /// <summary>Returns what the secret says about its token.</summary>
    public IEnumerable<string> Describe() => Services.Select(service => service.SecretFormat.Describe(Text)).OfType<string>();

    public void AddProbe(bool isRefused)
    {
        _probes++;
        _refusals += isRefused ? 1 : 0;
    }

    public void AddNote(string note) => (_notes ??= []).Add(note);

    public void AddSearched(TokenConnection connection) => (_searchedConnections ??= []).Add(connection.Name);

    public void AddOwnOf(TokenConnection connection) => (_ownOf ??= []).Add(connection);
}

/// <summary>The secrets of candidates. Each is created when it is read.</summary>
internal sealed class CandidateSecrets(IReadOnlyList<LeakCandidate> candidates) : IReadOnlyList<SecureString>
{
    public int Count => candidates.Count;

    public SecureString this[int index] => candidates[index].ToSecret();

    public IEnumerator<SecureString> GetEnumerator() => candidates.Select(candidate => candidate.ToSecret()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
