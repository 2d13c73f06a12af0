using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Http;

/// <summary>The random passwords of the people who can log in. They end with the process.</summary>
internal sealed class Passwords
{
    private const int Length = 24;

    private readonly Dictionary<string, byte[]> _hashes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the password of a user. Only the description contains it.</summary>
    public string New(string user)
    {
        string password = Secrets.Alphanumeric(Length);
        _hashes[user] = Secrets.Hash(password);
        return password;
    }

    /// <summary>Returns the user with a name and a password, in its original case; null if there is none.</summary>
    public string? Find(string user, string password) =>
        _hashes.TryGetValue(user, out byte[]? hash) && Secrets.Same(hash, Secrets.Hash(password))
            ? _hashes.Keys.First(known => known.Equals(user, StringComparison.OrdinalIgnoreCase))
            : null;
}
