using System.Net;
using System.Security;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>
/// Reads objects of the module. Its types are in a separate load context, so tests read properties by name, as scripts do.
/// </summary>
public static class Objects
{
    /// <summary>The value of a property, unwrapped; null if the object does not have it.</summary>
    public static object? Get(this PSObject value, string property) =>
        value.Properties[property]?.Value switch { PSObject wrapped => wrapped.BaseObject, var found => found };

    /// <summary>A property as text, converted as PowerShell does.</summary>
    public static string Text(this PSObject value, string property) =>
        LanguagePrimitives.ConvertTo<string>(value.Get(property)) ?? string.Empty;

    /// <summary>A property of each object as text.</summary>
    public static IReadOnlyList<string> Texts(this IEnumerable<PSObject> values, string property) =>
        [.. values.Select(value => value.Text(property))];

    /// <summary>A property as a date; null if it is empty.</summary>
    public static DateTimeOffset? Time(this PSObject value, string property) => (DateTimeOffset?)value.Get(property);

    /// <summary>A property as a list of texts.</summary>
    public static IReadOnlyList<string> List(this PSObject value, string property) =>
        value.Get(property) is System.Collections.IEnumerable items and not string
            ? [.. items.Cast<object>().Select(item => LanguagePrimitives.ConvertTo<string>(item))]
            : [];

    /// <summary>The secret of an issued token as text.</summary>
    public static string Secret(this PSObject issued) => ((SecureString)issued.Get("Secret")!).ToText();

    /// <summary>The text of a SecureString.</summary>
    public static string ToText(this SecureString secret) => new NetworkCredential(string.Empty, secret).Password;

    /// <summary>Converts text to a SecureString.</summary>
    public static SecureString ToSecret(this string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    /// <summary>The id of an error, without the class of the cmdlet after the comma.</summary>
    public static string Id(this ErrorRecord error) => error.FullyQualifiedErrorId.Split(',')[0];

    /// <summary>The recommended action of an error.</summary>
    public static string Advice(this ErrorRecord error) => error.ErrorDetails?.RecommendedAction ?? string.Empty;
}
