using System.Management.Automation;

namespace ApiTokens.PowerShell.Binding;

/// <summary>What a token parameter takes: a token, an id, a name, or any object with such properties (a CSV row, a token that came through remoting).</summary>
public sealed class TokenReference
{
    /// <summary>The token's id, where it is known.</summary>
    public string? Id { get; internal set; }

    /// <summary>The token's name, where it is known.</summary>
    public string? Name { get; internal set; }

    /// <summary>An id or a name; the service's form of ids tells which.</summary>
    public string? IdOrName { get; internal set; }

    /// <summary>The name of its connection, where it carries one.</summary>
    public string? Connection { get; internal set; }

    /// <summary>Its service, where it carries one.</summary>
    public string? Service { get; internal set; }

    /// <summary>Its account, where it carries one.</summary>
    public string? Account { get; internal set; }

    /// <summary>The token itself, where it is one.</summary>
    internal ApiToken? Token { get; set; }

    /// <summary>What the user gave, for error records.</summary>
    internal object Input { get; set; } = string.Empty;

    /// <summary>The token as a person would call it.</summary>
    /// <returns>Its name and id, as far as they are known.</returns>
    public override string ToString() => IdOrName ?? (Id is null ? $"'{Name}'" : Name is { Length: > 0 } ? $"'{Name}' ({Id})" : Id);

    internal static TokenReference? From(object? value)
    {
        object? input = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return input switch
        {
            TokenReference reference => reference,
            ApiToken token => new TokenReference
            {
                Id = token.Id,
                Name = token.Name,
                Connection = token.Connection,
                Service = token.Service,
                Account = token.Account,
                Token = token,
                Input = token,
            },
            string { Length: > 0 } text => new TokenReference { IdOrName = text, Input = SecretText.Mask(text) },
            int or long => new TokenReference { IdOrName = LanguagePrimitives.ConvertTo<string>(input), Input = input },
            null or string => null,
            _ => FromProperties(PSObject.AsPSObject(value)),
        };
    }

    private static TokenReference? FromProperties(PSObject value)
    {
        var reader = new TokenReader(value);
        var reference = new TokenReference
        {
            Id = reader.Text(nameof(Id)),
            Name = reader.Text(nameof(Name)),
            Connection = reader.Text(nameof(Connection)),
            Service = reader.Text(nameof(Service)),
            Account = reader.Text(nameof(Account)),
            Input = value,
        };
        return reference.Id is null && reference.Name is null ? null : reference;
    }
}
