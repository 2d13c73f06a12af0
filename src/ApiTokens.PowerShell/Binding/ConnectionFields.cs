using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads the settings of a connection from a table. Names of fields ignore case; an unknown field is an error.</summary>
/// <param name="table">The fields and their values.</param>
/// <param name="parameter">The parameter with the table, for errors.</param>
internal sealed class ConnectionFields(IDictionary table, string parameter)
{
    /// <summary>The fields that contain secrets.</summary>
    public static readonly string[] Secrets = ["Token", "Secret", "Password", "ProxyPassword"];

    private static readonly string[] Known =
    [
        "Service", "Account", "Name", "Token", "Secret", "UserName", "Password", "Region", "BaseUri", "Proxy", "ProxyUserName",
        "ProxyPassword", "TokenLimit",
    ];

    /// <summary>The names of the fields in the table.</summary>
    public IEnumerable<string> Names => table.Keys.Cast<object>().Select(key => $"{key}");

    /// <summary>Returns the settings.</summary>
    /// <param name="more">Other fields that the table can have.</param>
    /// <exception cref="ApiTokenException">A field is unknown, missing or invalid.</exception>
    public ConnectionRequest ToRequest(params string[] more)
    {
        string[] known = [.. Known, .. more];
        if (Names.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw Invalid($"the field '{ForeignText.Argument(unknown)}' does not exist.", $"The fields are: {string.Join(", ", known)}.");
        }

        return new ConnectionRequest
        {
            Service = Required("Service"),
            Account = Text("Account"),
            Name = Text("Name"),
            Secret = Secret("Token") ?? Secret("Secret"),
            UserName = Text("UserName"),
            Password = Secret("Password"),
            Region = Text("Region"),
            BaseUri = Address("BaseUri"),
            Proxy = Address("Proxy"),
            ProxyUserName = Text("ProxyUserName"),
            ProxyPassword = Secret("ProxyPassword"),
            TokenLimit = Count("TokenLimit"),
        };
    }

    /// <summary>Returns a field as text.</summary>
    public string Required(string field) => Text(field) ?? throw Invalid($"the field '{field}' is missing.", "Add it.");

    /// <summary>Returns a field as text; null if it is missing or empty.</summary>
    public string? Text(string field) =>
        Value(field) is { } value && LanguagePrimitives.ConvertTo<string>(value) is { Length: > 0 } text ? text : null;

    private int? Count(string field) => Text(field) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) => count,
        var text => throw Invalid($"the field '{field}' is '{ForeignText.Argument(text)}', which is not a number.", "Specify a number."),
    };

    private Uri? Address(string field) => Text(field) is { } text ? new Uri(text, UriKind.RelativeOrAbsolute) : null;

    private SecureString? Secret(string field) => Value(field) switch
    {
        SecureString secret => secret,
        { } value => SecretText.ToSecureString(LanguagePrimitives.ConvertTo<string>(value)),
        null => null,
    };

    private object? Value(string field) => BlankAsNullAttribute.Unwrap(table.Keys.Cast<object>()
        .Where(key => string.Equals(key.ToString(), field, StringComparison.OrdinalIgnoreCase))
        .Select(key => table[key])
        .FirstOrDefault());

    private ApiTokenException Invalid(string message, string action) => ApiTokenException.InvalidParameter(parameter, message, action);
}
