using System.Text.RegularExpressions;

namespace ApiTokens.Services;

/// <summary>The format of a service's secrets. Each service declares it once; search, masking and probing use it.</summary>
internal class SecretFormat
{
    // A connection knows the formats of all services, but usually needs none of these.
    private readonly Lazy<Regex> _exact;
    private readonly Lazy<Regex> _inText;
    private readonly Lazy<Regex> _masked;
    private readonly int _maxLength;

    /// <summary>Declares the format with patterns that have no anchors.</summary>
    /// <param name="pattern">A complete secret. Only a text that matches is ever sent to the service as a credential.</param>
    /// <param name="maxLength">The longest secret. A longer text is not a secret, whatever it looks like.</param>
    /// <param name="inText">A secret within other text. It is stricter if other values look similar; otherwise it is omitted.</param>
    /// <param name="masked">
    /// The text to mask in messages. It is broader if a part of a secret is sensitive; otherwise it is omitted.
    /// </param>
    public SecretFormat(string pattern, int maxLength, string? inText = null, string? masked = null)
    {
        _maxLength = maxLength;
        string bounded = $@"(?<![\w.$-])(?:{inText ?? pattern})(?!\w)";
        _exact = new(() => new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant));
        _inText = new(() => new Regex(bounded, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10)));
        _masked = masked is null
            ? _inText : new(() => new Regex(masked, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2)));
    }

    /// <summary>The evidence for a match if <see cref="TokenIdsIn"/> returns the id of the token.</summary>
    public virtual MatchedBy MatchedById => MatchedBy.Form;

    /// <summary>The note about a secret in which <see cref="TokenIdsIn"/> finds no id; null for no note.</summary>
    public virtual string? NoTokenIdNote => null;

    /// <summary>Returns what a secret says about its token, which is not verified; null if it says nothing. Sends nothing.</summary>
    public virtual string? Describe(string secret) => null;

    /// <summary>Determines whether a text has the format of the service's secrets.</summary>
    public bool IsMatch(string text) => text.Length <= _maxLength && _exact.Value.IsMatch(text);

    /// <summary>Finds secrets within other text.</summary>
    /// <exception cref="RegexMatchTimeoutException">The search took too long.</exception>
    public IEnumerable<string> FindIn(string text) =>
        _inText.Value.Matches(text).Cast<Match>().Where(match => match.Length <= _maxLength).Select(match => match.Value);

    /// <summary>Replaces complete secrets with <c>***</c>.</summary>
    public string Mask(string text) => _inText.Value.Replace(text, ForeignText.Masked);

    /// <summary>Replaces secrets, and parts of them if these are sensitive, with <c>***</c>.</summary>
    public string MaskParts(string text) => _masked.Value.Replace(text, ForeignText.Masked);

    /// <summary>Returns the token ids that a secret contains. The secret belongs to the first id that exists.</summary>
    public virtual IReadOnlyCollection<string> TokenIdsIn(string secret) => [];
}
