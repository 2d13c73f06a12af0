using System.Net;
using System.Security;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>
/// Reads objects of the module. Its types live in a load context of their own, so tests read properties by name, as scripts do.
/// </summary>
public static class Objects
{
    /// <summary>A property's value, unwrapped; null where the object has no such property.</summary>
    public static object? Get(this PSObject value, string property) =>
        value.Properties[property]?.Value switch { PSObject wrapped => wrapped.BaseObject, var found => found };

    /// <summary>A property as text, converted as PowerShell does it.</summary>
    public static string Text(this PSObject value, string property) => LanguagePrimitives.ConvertTo<string>(value.Get(property)) ?? string.Empty;

    /// <summary>A property as text, of each object.</summary>
    public static IReadOnlyList<string> Texts(this IEnumerable<PSObject> values, string property) => [.. values.Select(value => value.Text(property))];

    /// <summary>A property as a moment; null where it has none.</summary>
    public static DateTimeOffset? Time(this PSObject value, string property) => (DateTimeOffset?)value.Get(property);

    /// <summary>A property as a list of texts.</summary>
    public static IReadOnlyList<string> List(this PSObject value, string property) =>
        value.Get(property) is System.Collections.IEnumerable items and not string ? [.. items.Cast<object>().Select(item => LanguagePrimitives.ConvertTo<string>(item))] : [];

    /// <summary>The secret of an issued token, as text.</summary>
    public static string Secret(this PSObject issued) => ((SecureString)issued.Get("Secret")!).ToText();

    /// <summary>The text of a SecureString.</summary>
    public static string ToText(this SecureString secret) => new NetworkCredential(string.Empty, secret).Password;

    /// <summary>A text as a SecureString.</summary>
    public static SecureString ToSecret(this string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    /// <summary>An error's id, without the cmdlet's class after the comma.</summary>
    public static string Id(this ErrorRecord error) => error.FullyQualifiedErrorId.Split(',')[0];

    /// <summary>What an error advises to do.</summary>
    public static string Advice(this ErrorRecord error) => error.ErrorDetails?.RecommendedAction ?? string.Empty;
}
