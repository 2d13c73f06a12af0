using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ApiTokens.Sandbox.Storage;

/// <summary>
/// Encrypts the secrets that a service shows again, with AES-GCM. The key of a database file is in a file next to it that only its
/// owner can read; the key of a database in memory is in memory only.
/// </summary>
internal sealed class SecretCipher : IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    // Encrypted with the key and stored in the database, so that another key is noticed at the start.
    private const string CheckText = "ApiTokens sandbox";
    private const string CheckContext = "sandbox_key";

    // An instance of AesGcm must not be used by several threads at the same time.
    private readonly Lock _lock = new();
    private readonly AesGcm _aes;

    private SecretCipher(byte[] key)
    {
        _aes = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Opens the key of a database, and creates it if the database has none yet.</summary>
    /// <exception cref="ArgumentException">The key is missing, has another length, is not the right one, or others can read it.</exception>
    public static SecretCipher Open(Database database, string? databasePath)
    {
        if (databasePath is null)
        {
            return new SecretCipher(RandomNumberGenerator.GetBytes(KeyFile.Size));
        }

        database.Run("CREATE TABLE IF NOT EXISTS sandbox_key (check_value BLOB NOT NULL)");
        byte[]? check = database.First($"SELECT check_value FROM sandbox_key", row => row.GetFieldValue<byte[]>(0));
        string path = KeyFile.Of(databasePath);
        var cipher = new SecretCipher(KeyFile.Read(path, mayCreate: check is null));
        try
        {
            if (check is null)
            {
                database.Execute($"INSERT INTO sandbox_key VALUES ({cipher.Encrypt(CheckText, CheckContext)})");
            }
            else
            {
                cipher.Decrypt(check, CheckContext);
            }

            return cipher;
        }
        catch (CryptographicException)
        {
            cipher.Dispose();
            throw new ArgumentException($"The key in '{path}' is not the key of the database. Restore the right one.");
        }
    }

    /// <summary>Returns the context of a value, so that an encrypted value cannot be moved to another row.</summary>
    public static string ContextOf(string table, long id) => string.Create(CultureInfo.InvariantCulture, $"{table}/{id}");

    /// <summary>Encrypts a text: nonce, tag and cipher text.</summary>
    public byte[] Encrypt(string text, string context)
    {
        byte[] plain = Encoding.UTF8.GetBytes(text);
        byte[] all = new byte[NonceSize + TagSize + plain.Length];
        Span<byte> nonce = all.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        lock (_lock)
        {
            _aes.Encrypt(
                nonce, plain, all.AsSpan(NonceSize + TagSize), all.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(context));
        }

        CryptographicOperations.ZeroMemory(plain);
        return all;
    }

    /// <summary>Decrypts a text.</summary>
    /// <exception cref="CryptographicException">The key or the context is not the one that the text was encrypted with.</exception>
    public string Decrypt(byte[] all, string context)
    {
        if (all.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("The value is too short.");
        }

        byte[] plain = new byte[all.Length - NonceSize - TagSize];
        lock (_lock)
        {
            _aes.Decrypt(
                all.AsSpan(0, NonceSize),
                all.AsSpan(NonceSize + TagSize),
                all.AsSpan(NonceSize, TagSize),
                plain,
                Encoding.UTF8.GetBytes(context));
        }

        return Encoding.UTF8.GetString(plain);
    }

    public void Dispose() => _aes.Dispose();
}
