using System.Security;

namespace ApiTokens.Leaks;

/// <summary>A value that may be a secret, and its location.</summary>
/// <param name="Secret">The value.</param>
/// <param name="Source">The location, such as <c>leaked.txt:3</c>.</param>
public sealed record LeakedSecret(SecureString Secret, string Source)
{
    /// <summary>Returns the location without the value.</summary>
    /// <returns><see cref="Source"/>.</returns>
    public override string ToString() => Source;
}
