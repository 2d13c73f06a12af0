using System.Text.RegularExpressions;

namespace ApiTokens.Services;

/// <summary>What the secrets of a service look like. Each service declares it once; searching, masking and probing rely on it.</summary>
internal class SecretFormat
{
    private readonly Regex _whole;
    private readonly Regex _inText;
    private readonly Regex _masked;

    /// <summary>Declares the format by patterns without anchors.</summary>
    /// <param name="pattern">A whole secret. Only a text that matches is ever sent to the service to be proved.</param>
    /// <param name="inText">A secret in other text; narrower where other things look alike, else the same.</param>
    /// <param name="masked">What is masked in messages; wider where part of a secret tells something, else as in other text.</param>
    public SecretFormat(string pattern, string? inText = null, string? masked = null)
    {
        string bounded = $@"(?<![\w.$-])(?:{inText ?? pattern})(?!\w)";
        _whole = new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant);
        _inText = new Regex(bounded, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        _masked = masked is null ? _inText : new Regex(masked, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));
    }

    /// <summary>What tells that a secret is a token's where <see cref="TokenIdsIn"/> names the token.</summary>
    public virtual MatchedBy MatchedById => MatchedBy.Form;

    /// <summary>What to say of a secret in which <see cref="TokenIdsIn"/> finds no id; null for nothing.</summary>
    public virtual string? NoTokenIdNote => null;

    /// <summary>Whether a text can be a secret of the service.</summary>
    public bool IsMatch(string text) => _whole.IsMatch(text);

    /// <summary>Finds secrets in other text.</summary>
    /// <exception cref="RegexMatchTimeoutException">The text takes too long to search.</exception>
    public IEnumerable<string> FindIn(string text) => _inText.Matches(text).Cast<Match>().Select(match => match.Value);

    /// <summary>Puts <c>***</c> in the place of secrets.</summary>
    public string Mask(string text) => _masked.Replace(text, "***");

    /// <summary>The ids of tokens that stand in a secret; the first that exists is taken for its token.</summary>
    public virtual IReadOnlyCollection<string> TokenIdsIn(string secret) => [];
}
