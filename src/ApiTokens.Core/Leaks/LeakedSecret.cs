using System.Security;

namespace ApiTokens.Leaks;

/// <summary>A text that may be a secret, and where it stood.</summary>
/// <param name="Secret">The text.</param>
/// <param name="Source">Where it stood, such as <c>leaked.txt:3</c>.</param>
public sealed record LeakedSecret(SecureString Secret, string Source)
{
    /// <summary>Where it stood, and not what it is.</summary>
    /// <returns><see cref="Source"/>.</returns>
    public override string ToString() => Source;
}
