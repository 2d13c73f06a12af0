using System.Collections;
using System.Globalization;
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
            || !TryTime(value, "ExpiresAt", out DateTimeOffset? expires)
            || !TryTime(value, "CreatedAt", out DateTimeOffset? created)
            || !TryTime(value, "UpdatedAt", out DateTimeOffset? updated)
            || !TryTime(value, "LastUsedAt", out DateTimeOffset? lastUsed))
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

    /// <summary>Reads a moment; true with null for what is empty: never, or not known.</summary>
    internal static bool TryTime(PSObject value, string property, out DateTimeOffset? time)
    {
        object? found = Value(value, property);
        time = null;
        switch (BlankAsNullAttribute.Unwrap(found))
        {
            case null or "":
                return true;
            case DateTimeOffset moment:
                time = moment.ToUniversalTime();
                return true;
            case DateTime moment:
                time = new DateTimeOffset(moment.ToUniversalTime());
                return true;
            case string text when TryParse(text, out DateTimeOffset moment):
                time = moment.ToUniversalTime();
                return true;
            default:
                // What Export-Clixml leaves of a DateTimeOffset.
                time = PSObject.AsPSObject(found).Properties["UtcDateTime"]?.Value is DateTime utc
                    ? new DateTimeOffset(DateTime.SpecifyKind(utc.ToUniversalTime(), DateTimeKind.Utc))
                    : null;
                return time is not null;
        }
    }

    // A text with the year first is the same everywhere; another was written in the culture of the session, as by Export-Csv.
    private static bool TryParse(string text, out DateTimeOffset time)
    {
        bool yearFirst = text.Length > 4 && text.Substring(0, 4).All(char.IsDigit) && text[4] == '-';
        return DateTimeOffset.TryParse(
            text, yearFirst ? CultureInfo.InvariantCulture : CultureInfo.CurrentCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
