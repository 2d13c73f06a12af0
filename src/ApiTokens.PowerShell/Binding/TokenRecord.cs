using System.Collections;
using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Reads a token back from what is left of it after Export-Clixml, Export-Csv, ConvertTo-Json or remoting.</summary>
internal static class TokenRecord
{
    // Without these, a rule would take what was not written for what is not so.
    private static readonly string[] Needed = ["Service", "Account", "Id", "Status", "ExpiresAt", "CreatedAt"];

    /// <summary>The token; null where a property is missing or cannot be read.</summary>
    public static ApiToken? From(PSObject value)
    {
        if (Needed.Any(name => value.Properties[name] is null)
            || !Enum.TryParse(PropertyText.Of(value, "Status"), ignoreCase: true, out TokenStatus status)
            || PropertyText.Of(value, "Service") is not { } service
            || PropertyText.Of(value, "Id") is not { } id
            || !PropertyMoment.TryRead(value, "ExpiresAt", out DateTimeOffset? expires)
            || !PropertyMoment.TryRead(value, "CreatedAt", out DateTimeOffset? created)
            || !PropertyMoment.TryRead(value, "UpdatedAt", out DateTimeOffset? updated)
            || !PropertyMoment.TryRead(value, "LastUsedAt", out DateTimeOffset? lastUsed))
        {
            return null;
        }

        return new ApiToken
        {
            Connection = PropertyText.Of(value, "Connection") ?? string.Empty,
            Service = service,
            Account = PropertyText.Of(value, "Account") ?? string.Empty,
            Id = id,
            Name = PropertyText.Of(value, "Name") ?? string.Empty,
            Description = PropertyText.Of(value, "Description"),
            Status = status,
            Owner = PropertyText.Of(value, "Owner"),
            Issuer = PropertyText.Of(value, "Issuer"),
            Scope = Texts(value, "Scope"),
            Audience = Texts(value, "Audience"),
            Role = PropertyText.Of(value, "Role"),
            Access = Levels(value),
            CreatedAt = created,
            UpdatedAt = updated,
            ExpiresAt = expires,
            LastUsedAt = lastUsed,
        };
    }

    private static object? Value(PSObject value, string property) => value.Properties[property]?.Value;

    // Export-Csv writes a list as its type's name: then it is not known.
    private static string[] Texts(PSObject value, string property) => BlankAsNullAttribute.Unwrap(Value(value, property)) switch
    {
        null or "System.String[]" => [],
        string text => text.Split([' '], StringSplitOptions.RemoveEmptyEntries),
        IEnumerable items => [.. items.Cast<object>().Select(LanguagePrimitives.ConvertTo<string>)],
        object other => [LanguagePrimitives.ConvertTo<string>(other)],
    };

    private static Dictionary<string, AccessLevel>? Levels(PSObject value)
    {
        IEnumerable<KeyValuePair<string, object?>> entries = Value(value, "Access") switch
        {
            PSObject { BaseObject: IDictionary table } => Entries(table),
            IDictionary table => Entries(table),
            PSObject { BaseObject: PSCustomObject } properties => properties.Properties.Select(property => new KeyValuePair<string, object?>(property.Name, property.Value)),
            _ => [],
        };
        var levels = new Dictionary<string, AccessLevel>();
        foreach (KeyValuePair<string, object?> entry in entries)
        {
            if (Enum.TryParse(LanguagePrimitives.ConvertTo<string>(entry.Value), ignoreCase: true, out AccessLevel level))
            {
                levels[entry.Key] = level;
            }
        }

        return levels.Count > 0 ? levels : null;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Entries(IDictionary table) =>
        table.Keys.Cast<object>().Select(key => new KeyValuePair<string, object?>(LanguagePrimitives.ConvertTo<string>(key), table[key]));
}
