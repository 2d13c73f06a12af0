using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Reads a token from a pipeline object: a token, or a copy of one from Export-Clixml, Export-Csv, ConvertTo-Json, a job or remoting.
/// It reads properties by name, and never reads a secret.
/// </summary>
internal sealed class TokenReader(PSObject input)
{
    // Without these properties, a rule would misinterpret missing values.
    private static readonly string[] RequiredProperties = ["Service", "Account", "Id", "Status", "ExpiresAt", "CreatedAt"];

    /// <summary>The status; null if it is missing or unknown.</summary>
    public TokenStatus? Status =>
        Enum.TryParse(Text(nameof(ApiToken.Status)), ignoreCase: true, out TokenStatus status)
        && Enum.IsDefined(typeof(TokenStatus), status)
            ? status
            : null;

    /// <summary>The base address; null if it is missing or not an address.</summary>
    public Uri? Address => Uri.TryCreate(Text(nameof(ApiToken.BaseUri)), UriKind.Absolute, out Uri? address) ? address : null;

    /// <summary>The permissions in one line.</summary>
    public string Permissions
    {
        get
        {
            string text = PermissionText.Of(
                Text(nameof(ApiToken.Role)),
                Texts(nameof(ApiToken.Audience)),
                Texts(nameof(ApiToken.Scope)),
                Levels().Select(entry => (entry.Key, entry.Value)));
            return text.Length > 0 ? text : Text(nameof(Permissions)) ?? string.Empty;
        }
    }

    /// <summary>Reads a token with all required properties.</summary>
    /// <returns>The token; null if a property is missing or cannot be read.</returns>
    public ApiToken? ReadToken()
    {
        if (RequiredProperties.Any(name => input.Properties[name] is null)
            || Status is not { } status
            || Text(nameof(ApiToken.Service)) is not { } service
            || Text(nameof(ApiToken.Id)) is not { } id
            || !TryReadTime(nameof(ApiToken.ExpiresAt), out DateTimeOffset? expires)
            || !TryReadTime(nameof(ApiToken.CreatedAt), out DateTimeOffset? created)
            || !TryReadTime(nameof(ApiToken.UpdatedAt), out DateTimeOffset? updated)
            || !TryReadTime(nameof(ApiToken.LastUsedAt), out DateTimeOffset? lastUsed)
            || !TryReadTime(nameof(ApiToken.RevokedAt), out DateTimeOffset? revoked))
        {
            return null;
        }

        return new ApiToken
        {
            Connection = Text(nameof(ApiToken.Connection)) ?? string.Empty,
            Service = service,
            Account = Text(nameof(ApiToken.Account)) ?? string.Empty,
            BaseUri = Address,
            Id = id,
            Name = Text(nameof(ApiToken.Name)) ?? string.Empty,
            Description = Text(nameof(ApiToken.Description)),
            Status = status,
            Owner = Text(nameof(ApiToken.Owner)),
            Issuer = Text(nameof(ApiToken.Issuer)),
            IssuerKind = Enum.TryParse(Text(nameof(ApiToken.IssuerKind)), ignoreCase: true, out IssuerKind issuer) ? issuer : null,
            IssuerId = Text(nameof(ApiToken.IssuerId)),
            Scope = Texts(nameof(ApiToken.Scope)),
            Audience = Texts(nameof(ApiToken.Audience)),
            Role = Text(nameof(ApiToken.Role)),
            Access = ReadAccess(),
            CreatedAt = created,
            UpdatedAt = updated,
            ExpiresAt = expires,
            LastUsedAt = lastUsed,
            RevokedAt = revoked,
        };
    }

    /// <summary>Reads a property as text, as PowerShell formats it.</summary>
    /// <returns>The text; null if the property does not exist or is empty.</returns>
    public string? Text(string property) =>
        input.Properties[property]?.Value is { } found && LanguagePrimitives.ConvertTo<string>(found) is { Length: > 0 } text ? text : null;

    /// <summary>Reads the value of a property without the PSObject wrapper.</summary>
    public object? Value(string property) => BlankAsNullAttribute.Unwrap(input.Properties[property]?.Value);

    /// <summary>Reads a property as a time.</summary>
    /// <param name="property">The property.</param>
    /// <param name="time">The time (UTC); null if the value is empty, which means never or unknown.</param>
    /// <returns>False if the value is not a time.</returns>
    public bool TryReadTime(string property, out DateTimeOffset? time)
    {
        object? found = input.Properties[property]?.Value;
        time = null;
        switch (BlankAsNullAttribute.Unwrap(found))
        {
            case null or "":
                return true;
            case DateTimeOffset known:
                time = known.ToUniversalTime();
                return true;
            case DateTime known:
                time = new DateTimeOffset(known.ToUniversalTime());
                return true;
            case string text when TryParse(text, out DateTimeOffset known):
                time = known.ToUniversalTime();
                return true;
            default:
                // A DateTimeOffset that was deserialized by Import-Clixml.
                time = PSObject.AsPSObject(found).Properties["UtcDateTime"]?.Value is DateTime utc
                    ? new DateTimeOffset(DateTime.SpecifyKind(utc.ToUniversalTime(), DateTimeKind.Utc))
                    : null;
                return time is not null;
        }
    }

    // Export-Csv writes a list as its type name, so the values are lost.
    private string[] Texts(string property) => Value(property) switch
    {
        null or "System.String[]" => [],
        string text => text.Split([' '], StringSplitOptions.RemoveEmptyEntries),
        IEnumerable items => [.. items.Cast<object>().Select(LanguagePrimitives.ConvertTo<string>)],
        object other => [LanguagePrimitives.ConvertTo<string>(other)],
    };

    private Dictionary<string, AccessLevel>? ReadAccess()
    {
        var levels = new Dictionary<string, AccessLevel>();
        foreach (KeyValuePair<string, string> entry in Levels())
        {
            if (Enum.TryParse(entry.Value, ignoreCase: true, out AccessLevel level))
            {
                levels[entry.Key] = level;
            }
        }

        return levels.Count > 0 ? levels : null;
    }

    private IEnumerable<KeyValuePair<string, string>> Levels() => input.Properties[nameof(ApiToken.Access)]?.Value switch
    {
        PSObject { BaseObject: IDictionary table } => Entries(table),
        IDictionary table => Entries(table),
        PSObject { BaseObject: PSCustomObject } properties =>
            properties.Properties.Select(property => Entry(property.Name, property.Value)),
        _ => [],
    };

    private static IEnumerable<KeyValuePair<string, string>> Entries(IDictionary table) =>
        table.Keys.Cast<object>().Select(key => Entry(LanguagePrimitives.ConvertTo<string>(key), table[key]));

    // JSON contains the number of a level instead of its name.
    private static KeyValuePair<string, string> Entry(string api, object? level)
    {
        string text = LanguagePrimitives.ConvertTo<string>(level) ?? string.Empty;
        return new(api, Enum.TryParse(text, ignoreCase: true, out AccessLevel known) ? known.ToString() : text);
    }

    // A text that starts with the year is invariant. Any other text was written in the culture of the session, for example by Export-Csv.
    private static bool TryParse(string text, out DateTimeOffset time)
    {
        bool yearFirst = text.Length > 4 && text.Substring(0, 4).All(char.IsDigit) && text[4] == '-';
#pragma warning disable RS0030 // The text is in the culture of the session.
        CultureInfo culture = yearFirst ? CultureInfo.InvariantCulture : CultureInfo.CurrentCulture;
#pragma warning restore RS0030
        return DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal, out time);
    }
}
